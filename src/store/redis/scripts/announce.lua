#!lua flags=allow-oom
-- Announces this replica's server keys, sources and abilities to the others, and settles which key
-- it writes with:
--
-- 1. It writes with the first of its keys that every other replica has, too. A replica without the
--    key would take the sessions that are written with it for unknown.
-- 2. A replica that was not counted a moment ago may only begin with a key that was written with.
--    It has just started, or the store was away or has lost its data; other replicas may not be
--    counted yet either.
-- 3. A replica that lacks a key that was written with announces nothing. It is the misconfigured
--    one, so it must neither make the others stop nor delay them.
-- 4. A time in the future was written before the clock was set back. It counts as now, so that it
--    gets old.
--
-- And it settles which words may be written:
--
-- 5. Those that every replica can read. A replica of a version that announces no abilities can read
--    none of them.
-- 6. A replica that was not counted a moment ago does not know all others (see 2). It relies on
--    `settled`, which a replica has written that knew them, or on a store without data.
--
-- Atomic because two replicas that start at the same instant must see each other.
-- The loops are over a few replicas and their settings; entries that no longer matter are deleted.
--
-- KEYS  replicas
-- ARGV  nonce, name of this replica, field of its sources, delete keys that were not written with
--       for ms, delete anything else that was not announced for ms, the key that it writes with
--       now or -, its abilities with commas between them, then the fingerprints of its keys in the
--       order in which it would write with them
-- Reply announced NONCE NOW WRITES LACKING ABILITIES, then FIELD ANNOUNCED_AT for each key that was
--       written with and each set of sources, its own included if they were announced. WRITES is -
--       for a misconfigured replica; LACKING is how many others lack its first key; ABILITIES are
--       those that all replicas have, as ',ABILITY,ABILITY,', or - if that is not known.
--
-- Fields of the hash, each with the time when it was announced:
--       key:KEY  sources:DIGEST  replica:NAME:KEY,KEY  can:NAME:ABILITY,ABILITY  settled
-- Earlier versions ignore a field with another beginning, and delete it when it is old.

local replicas = KEYS[1]
local nonce, name, sources_field, keys_max, rest_max, writing, abilities = unpack(ARGV)
keys_max, rest_max = tonumber(keys_max), tonumber(rest_max)
local FIRST_KEY = 8

--+ clock.lua

local own_prefix = 'replica:' .. name .. ':'
local own_abilities = 'can:' .. name .. ':'
local now = server_clock()

local has, own = {}, {}
for i = FIRST_KEY, #ARGV do
  has[ARGV[i]] = true
  own[#own + 1] = ARGV[i]
end

-- `announced`: the times of keys and sources by field.
-- `others`: the keys of each other replica, as ',KEY,KEY,'.
-- `can`: the abilities of each other replica, by name, as ',ABILITY,ABILITY,'.
local announced, others, can, other_names = {}, {}, {}, {}
local has_written, lacks_key, was_counted, is_settled = false, false, false, false
local entries = redis.call('HGETALL', replicas)
for i = 1, #entries, 2 do
  local field, at = entries[i], tonumber(entries[i + 1])
  local key = string.match(field, '^key:(.*)$')
  if at and at > now then
    at = now
    redis.call('HSET', replicas, field, integer(now))
  end
  if not at or now - at > (key and keys_max or rest_max) then
    redis.call('HDEL', replicas, field)
  elseif string.sub(field, 1, #own_prefix) == own_prefix then
    was_counted = true
    redis.call('HDEL', replicas, field)
  elseif string.sub(field, 1, #own_abilities) == own_abilities then
    redis.call('HDEL', replicas, field)
  elseif field == 'settled' then
    is_settled = true
  elseif string.sub(field, 1, 8) == 'replica:' then
    local other, keys = string.match(field, '^replica:([^:]*):?([^:]*)')
    others[#others + 1] = ',' .. keys .. ','
    other_names[#other_names + 1] = other
  elseif string.sub(field, 1, 4) == 'can:' then
    local other, words = string.match(field, '^can:([^:]*):?([^:]*)')
    can[other] = ',' .. words .. ','
  else
    announced[field] = at
    has_written = has_written or key ~= nil
    lacks_key = lacks_key or (key and not has[key])
  end
end

-- Rule 1: how many other replicas lack this key.
local function lacking(key)
  local count = 0
  for _, keys in ipairs(others) do
    if not string.find(keys, ',' .. key .. ',', 1, true) then count = count + 1 end
  end
  return count
end

-- Rule 2: whether this replica may write with this key, if all others have it.
local function may_begin_with(key)
  if was_counted then return true end
  if has_written then return announced['key:' .. key] end
  return writing == '-' or writing == key
end

-- Rule 5: the abilities that every replica has, as ',ABILITY,ABILITY,'.
local function shared_abilities()
  local shared = ','
  for word in string.gmatch(abilities, '[^,]+') do
    local has_all = true
    for _, other in ipairs(other_names) do
      has_all = has_all and can[other] and string.find(can[other], ',' .. word .. ',', 1, true)
    end
    if has_all then shared = shared .. word .. ',' end
  end
  return shared
end

local writes, shared = '-', '-'
if not lacks_key then
  -- Rule 6.
  if was_counted or is_settled or (not has_written and writing == '-') then
    shared = shared_abilities()
    redis.call('HSET', replicas, 'settled', integer(now))
  end
  writes = own[1]
  for _, key in ipairs(own) do
    if lacking(key) == 0 and may_begin_with(key) then
      writes = key
      break
    end
  end
  local at = integer(now)
  redis.call('HSET', replicas, 'key:' .. writes, at, sources_field, at, own_prefix .. table.concat(own, ','), at, own_abilities .. abilities, at)
  announced['key:' .. writes] = now
  announced[sources_field] = now
end

local words = { 'announced', nonce, integer(now), writes, integer(lacking(own[1])), shared }
for field, at in pairs(announced) do
  words[#words + 1] = field
  words[#words + 1] = integer(at)
end
return table.concat(words, ' ')
