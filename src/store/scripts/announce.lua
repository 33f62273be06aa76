#!lua flags=allow-oom
-- Says which server keys and sources this replica has, settles which key it writes with, and tells what others said.
-- It writes with the first of its keys that every other replica has, too: a key that was moved to the top of one file
-- before another file has it at all is not written with, or that other replica would take its sessions for unknown.
-- A replica that was not counted a moment ago, because it starts, or because the store was away or has lost everything,
-- first goes on with a key that was written with: the others may be about to come back, too.
-- A replica that lacks a key that was written with says nothing: it is the one that is wrong, and must neither turn the
-- rest out nor hold it back.
-- Atomic because two replicas that start at the same instant must not overlook each other.
-- What was said later than now, before the clock was put back, counts from now on, or it would stay for as long.
-- The loops are over replicas and their settings, of which there are a few; entries that matter to nobody are dropped.
--
-- KEYS  replicas
-- ARGV  nonce, name of this replica, field of the sources, drop keys unwritten for ms, drop the rest unheard of for ms,
--       the key that it writes with by now or -, then the fingerprints of this replica's keys in the order in which it would write with them
-- Reply announced NONCE NOW WRITES LACKING, then FIELD SAID_AT for each key written with and each set of sources, its
--       own included if they were said. WRITES is - for a replica that is wrong; LACKING is how many others lack its
--       first key.

local replicas = KEYS[1]
local nonce, name, sources_field = ARGV[1], ARGV[2], ARGV[3]
local writing = ARGV[6]
local keys_max, rest_max = tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local has, own = {}, {}
for i = 7, #ARGV do
  has[ARGV[i]] = true
  own[#own + 1] = ARGV[i]
end
local own_prefix = 'replica:' .. name .. ':'

local said, others = {}, {}
local has_written, lacks_key, is_counted = false, false, false
local entries = redis.call('HGETALL', replicas)
for i = 1, #entries, 2 do
  local field, said_at = entries[i], tonumber(entries[i + 1])
  local key = string.match(field, '^key:(.*)$')
  if said_at and said_at > now then
    said_at = now
    redis.call('HSET', replicas, field, string.format('%d', now))
  end
  if not said_at or now - said_at > (key and keys_max or rest_max) then
    redis.call('HDEL', replicas, field)
  elseif string.sub(field, 1, #own_prefix) == own_prefix then
    is_counted = true
    redis.call('HDEL', replicas, field)
  elseif string.sub(field, 1, 8) == 'replica:' then
    others[#others + 1] = ',' .. string.match(field, '([^:]*)$') .. ','
  else
    said[field] = said_at
    has_written = has_written or key ~= nil
    lacks_key = lacks_key or (key and not has[key])
  end
end

local function lacking(fingerprint)
  local count = 0
  for _, list in ipairs(others) do
    if not string.find(list, ',' .. fingerprint .. ',', 1, true) then count = count + 1 end
  end
  return count
end

local function may_begin_with(fingerprint)
  if is_counted then return true end
  if has_written then return said['key:' .. fingerprint] end
  return writing == '-' or writing == fingerprint
end

local writes = '-'
if not lacks_key then
  writes = own[1]
  for _, fingerprint in ipairs(own) do
    if lacking(fingerprint) == 0 and may_begin_with(fingerprint) then
      writes = fingerprint
      break
    end
  end
  local stamp = string.format('%d', now)
  redis.call('HSET', replicas, 'key:' .. writes, stamp, sources_field, stamp, own_prefix .. table.concat(own, ','), stamp)
  said['key:' .. writes] = now
  said[sources_field] = now
end

local words = { 'announced', nonce, string.format('%d', now), writes, string.format('%d', lacking(own[1])) }
for field, said_at in pairs(said) do
  words[#words + 1] = field
  words[#words + 1] = string.format('%d', said_at)
end
return table.concat(words, ' ')
