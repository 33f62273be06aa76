#!lua flags=allow-oom
-- Says which key this replica writes with and which sources it knows, and tells what the others said.
-- A replica that lacks a key of the others says nothing: it is the one that is wrong, and must not turn the rest out.
-- Atomic because two replicas that start at the same instant must not overlook each other.
-- The loops are over replicas' settings, of which there are a few; entries that matter to nobody are dropped.
--
-- KEYS  replicas
-- ARGV  nonce, field of the key, field of the sources, drop keys unheard of for ms, drop sources unheard of for ms,
--       then the fields of all keys that this replica has
-- Reply announced NONCE NOW, then FIELD SAID_AT for each entry, its own included if it was said

local replicas = KEYS[1]
local nonce, key_field, sources_field = ARGV[1], ARGV[2], ARGV[3]
local keys_max, sources_max = tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local has = {}
for i = 6, #ARGV do
  has[ARGV[i]] = true
end

local words = { 'announced', nonce, string.format('%d', now) }
local lacks_key = false
local entries = redis.call('HGETALL', replicas)
for i = 1, #entries, 2 do
  local field, said_at = entries[i], tonumber(entries[i + 1])
  local is_key = string.sub(field, 1, 4) == 'key:'
  if not said_at or now - said_at > (is_key and keys_max or sources_max) then
    redis.call('HDEL', replicas, field)
  elseif field ~= key_field and field ~= sources_field then
    lacks_key = lacks_key or (is_key and not has[field])
    words[#words + 1] = field
    words[#words + 1] = string.format('%d', said_at)
  end
end

if not lacks_key then
  redis.call('HSET', replicas, key_field, string.format('%d', now), sources_field, string.format('%d', now))
  for _, field in ipairs({ key_field, sources_field }) do
    words[#words + 1] = field
    words[#words + 1] = string.format('%d', now)
  end
end
return table.concat(words, ' ')
