#!lua flags=allow-oom
-- Notes how many sessions of each source are live in a partition, after the sweeper has counted them.
-- Atomic because the count holds only if nothing was opened or ended since it began. Then there is
-- no newer event, and there are as many deadlines.
-- The loop is over sources.
--
-- KEYS  deadlines, events, active (of one partition)
-- ARGV  nonce, the newest event when the count began, how many deadlines were counted, then for each
--       source: its name, how many
-- Reply counted NONCE  noted
--       unknown NONCE  something has changed, so it has to be counted again

local deadlines, events, active = unpack(KEYS)
local nonce, last, entries = ARGV[1], ARGV[2], tonumber(ARGV[3])
local FIRST_SOURCE = 4

local newest = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)
local is_same = (newest[1] and newest[1][1] or '0-0') == last
if not is_same or redis.call('ZCARD', deadlines) ~= entries then return 'unknown ' .. nonce end
local noted = redis.call('HGETALL', active)
for i = 1, #noted, 2 do
  redis.call('HDEL', active, noted[i])
end
for i = FIRST_SOURCE, #ARGV, 2 do
  redis.call('HSET', active, ARGV[i], ARGV[i + 1])
end
return 'counted ' .. nonce
