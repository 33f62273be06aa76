#!lua
-- Settles under which of its names an unknown credential is opened while server keys change: the
-- first call decides for all calls within a minute. Otherwise two replicas that write with
-- different keys would open the same session twice, and ending one of the two would leave the
-- other.
-- Atomic because of two calls at the same time, one must find the name that the other has settled.
-- Without allow-oom: an opening follows, which a full Redis refuses.
--
-- KEYS  claim (of the partition of one of the credential's names)
-- ARGV  nonce, name, how long to keep it in ms
-- Reply claimed NONCE NAME

local claim = KEYS[1]
local nonce, name, kept_for = unpack(ARGV)

--+ clock.lua

local settled = redis.call('HGET', claim, 'n')
if not settled then
  settled = name
  redis.call('HSET', claim, 'n', name)
  redis.call('PEXPIREAT', claim, integer(server_clock() + tonumber(kept_for)))
end
return string.format('claimed %s %s', nonce, settled)
