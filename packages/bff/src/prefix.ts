/** Where the BFF is mounted. */
export const prefix = "/api/bff";
