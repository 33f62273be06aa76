#!lua
-- Settles under which of its names a credential is opened that has none yet, while server keys change: the first who
-- asks decides for all who ask within a minute. Else two replicas that write with different keys would open the same
-- session twice, and ending the one would leave the other.
-- Atomic because of two who ask at once, one must find what the other has said.
-- Without allow-oom: it comes before an opening, which a full server refuses.
--
-- KEYS  claim (of the partition of one of the credential's names)
-- ARGV  nonce, name, kept for ms
-- Reply claimed NONCE NAME

local name = redis.call('HGET', KEYS[1], 'n')
if not name then
  name = ARGV[2]
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('HSET', KEYS[1], 'n', name)
  redis.call('PEXPIREAT', KEYS[1], string.format('%d', now + tonumber(ARGV[3])))
end
return string.format('claimed %s %s', ARGV[1], name)
