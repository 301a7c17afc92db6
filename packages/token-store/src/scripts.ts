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
