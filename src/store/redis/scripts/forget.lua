#!lua flags=allow-oom
-- Takes entries out of an index whose sessions have ended or were never opened.
-- Atomic because a session may enter again meanwhile: an entry with another score stays.
--
-- KEYS  index (of one partition)
-- ARGV  nonce, then pairs of member and score, of one page of the index
-- Reply ok NONCE REMOVED

local index = KEYS[1]
local nonce = ARGV[1]
local removed = 0
for i = 2, #ARGV, 2 do
  if redis.call('ZSCORE', index, ARGV[i]) == ARGV[i + 1] then
    removed = removed + redis.call('ZREM', index, ARGV[i])
  end
end
return string.format('ok %s %d', nonce, removed)
