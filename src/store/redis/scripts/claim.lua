#!lua
-- Settles under which of its names an unknown credential is opened while server keys change: the
-- first call decides for all calls within a minute. Otherwise two replicas that write with
-- different keys would open the same session twice, and ending one of the two would leave the
-- other.
-- Atomic because of two calls at the same time, one must find the name that the other has settled.
-- Each claim has a token. The opening repeats it: an opening that runs late must not take a later
-- claim at this name for its own. In its last seconds a claim is not used: it could be replaced while
-- the caller asks at the other names.
-- Without allow-oom: an opening follows, which a full Redis refuses.
--
-- KEYS  claim (of the partition of one of the credential's names)
-- ARGV  nonce, name, how long to keep it in ms, how long it must still be kept to be used in ms
-- Reply claimed NONCE NAME TOKEN; TOKEN is - for a claim of an earlier version
--       error UNSETTLED if it is about to go

local claim = KEYS[1]
local nonce, name, kept_for, rest_min = unpack(ARGV)

--+ clock.lua

local settled, token = unpack(redis.call('HMGET', claim, 'n', 't'))
if not settled then
  settled, token = name, nonce
  redis.call('HSET', claim, 'n', name, 't', nonce)
  redis.call('PEXPIREAT', claim, integer(server_clock() + tonumber(kept_for)))
elseif redis.call('PTTL', claim) < tonumber(rest_min) then
  return redis.error_reply('UNSETTLED name')
end
return string.format('claimed %s %s %s', nonce, settled, token or '-')
