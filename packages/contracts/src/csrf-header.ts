/** Request header that every cookie-authenticated call carries; a page of another site cannot set it without a preflight. */
export const csrfHeader = "x-mullion-csrf";
