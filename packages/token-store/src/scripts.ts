/**
 * Writes the sealed record only over the version the writer had read, and only if the session still exists: a refresh
 * that lost a race, or whose session was ended meanwhile, changes nothing.
 * KEYS[1] record; ARGV: expected version, sealed tokens, sealed view. Returns 1 written, 0 stale, -1 gone.
 */
export const replaceScript = `
local version = redis.call('HGET', KEYS[1], 'version')
if not version then return -1 end
if version ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', version + 1, 'tokens', ARGV[2], 'view', ARGV[3])
return 1
`;

/**
 * Slides the idle expiry of an existing session, never beyond its absolute end.
 * KEYS[1] record; ARGV: now, idle time, both in milliseconds. Returns 1, or 0 when there is no such session.
 */
export const touchScript = `
local absolute = redis.call('HGET', KEYS[1], 'absolute')
if not absolute then return 0 end
redis.call('HSET', KEYS[1], 'touched', ARGV[1])
redis.call('PEXPIREAT', KEYS[1], math.min(ARGV[1] + ARGV[2], tonumber(absolute)))
return 1
`;

/** Prolongs a lease only for its holder. KEYS[1] lease; ARGV: holder, milliseconds. Returns 1 when it still held it. */
export const renewLeaseScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/** Gives a lease back, only by its holder. KEYS[1] lease; ARGV: holder. */
export const releaseLeaseScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;
