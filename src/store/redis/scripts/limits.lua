#!lua flags=allow-oom
-- Notes, after the sweeper's review, that all entries of a partition are scored by these limits of
-- a source.
-- Atomic because an opening under other limits during the review removes the sweeper's mark, and
-- must not be missed.
--
-- KEYS  limits (of one partition)
-- ARGV  nonce, source, digest of its limits
-- Reply ok NONCE      noted
--       unknown NONCE the mark of this review is gone, so the review has to start again

local limits = KEYS[1]
local nonce, source, digest = unpack(ARGV)
if redis.call('HGET', limits, source) ~= '~' .. digest then return 'unknown ' .. nonce end
redis.call('HSET', limits, source, digest)
return 'ok ' .. nonce
