/** Header by which the pages of one visit say what they were composed of. */
export const pinHeader = "x-mullion-composition";
