/** Of the gateway, for benchmarks in which few people from one address do what many would. */
export const withoutRateLimits = {
  RATE_LIMIT_PER_SUBJECT: "1000000000",
  RATE_LIMIT_PER_ADDRESS: "1000000000",
};
