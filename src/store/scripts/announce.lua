#!lua flags=allow-oom
-- Says which key this replica writes with and which sources it knows, and tells what the others said.
-- Atomic because two replicas that start at the same instant must not overlook each other.
-- The loop is over replicas' settings, of which there are a few; entries that matter to nobody are dropped.
--
-- KEYS  replicas
-- ARGV  nonce, field of the key, field of the sources, drop keys unheard of for ms, drop sources unheard of for ms
-- Reply announced NONCE NOW, then FIELD SAID_AT for each entry, its own included

local replicas = KEYS[1]
local nonce, key_field, sources_field = ARGV[1], ARGV[2], ARGV[3]
local keys_max, sources_max = tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', replicas, key_field, string.format('%d', now), sources_field, string.format('%d', now))

local words = { 'announced', nonce, string.format('%d', now) }
local entries = redis.call('HGETALL', replicas)
for i = 1, #entries, 2 do
  local field, said_at = entries[i], tonumber(entries[i + 1])
  local age_max = string.sub(field, 1, 4) == 'key:' and keys_max or sources_max
  if not said_at or now - said_at > age_max then
    redis.call('HDEL', replicas, field)
  else
    words[#words + 1] = field
    words[#words + 1] = string.format('%d', said_at)
  end
end
return table.concat(words, ' ')
