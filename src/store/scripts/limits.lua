#!lua flags=allow-oom
-- Notes that every entry of a partition is scored by these limits of a source, after the sweeper's review.
-- Atomic because an opening under other limits during the review must not be overlooked: it has taken the mark away.
--
-- KEYS  limits (of one partition)
-- ARGV  nonce, source, digest of its limits
-- Reply ok NONCE      noted
--       unknown NONCE the mark of this review is gone: it has to begin anew

local limits = KEYS[1]
local nonce, source, digest = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HGET', limits, source) ~= '~' .. digest then return 'unknown ' .. nonce end
redis.call('HSET', limits, source, digest)
return 'ok ' .. nonce
