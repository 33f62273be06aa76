#!lua flags=no-writes
-- Looks at partitions for the sweeper: what is due next, whether something happened since, by which
-- limits its entries were scored, how many sessions are live, and which end of a subject is pending.
-- Atomic because what is due and the newest event must be of the same moment: the sweeper does not
-- look again until there is a newer event.
-- The loops are over the partitions of this call, the sources, and the sources of a partition.
--
-- KEYS  deadlines, events, limits, active, pending (of each partition in turn)
-- ARGV  nonce, then for each source: its name, the digest of its limits
-- Reply looked NONCE, then for each partition: NEXT LAST REVIEWED ENTRIES COUNTED ACTIVE PENDING
--       NEXT is the earliest deadline or -, LAST the newest event, REVIEWED 1 if all entries are
--       scored by these limits, ENTRIES how many deadlines there are, COUNTED how many sessions are
--       counted as live, ACTIVE how many of them are of each source, with commas between them, or -
--       without sources, and PENDING when the oldest end of a subject began that is not finished, or -

local words = { 'looked', ARGV[1] }
local sources, digests = {}, {}
for i = 2, #ARGV, 2 do
  sources[#sources + 1] = ARGV[i]
  digests[#digests + 1] = ARGV[i + 1]
end

local function word(text)
  words[#words + 1] = text
end

local function number(count)
  return string.format('%d', count)
end

-- The lowest score of a sorted set.
local function lowest(key)
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  return first[2] and number(first[2]) or '-'
end

-- Whether all entries are scored by these limits.
local function is_reviewed(limits)
  if #sources == 0 then return true end
  local noted = redis.call('HMGET', limits, unpack(sources))
  for i = 1, #sources do
    if noted[i] ~= digests[i] then return false end
  end
  return true
end

-- How many sessions are counted, all together and of each source.
local function counts_of(active)
  local total, of = 0, {}
  local fields = redis.call('HGETALL', active)
  for i = 1, #fields, 2 do
    local count = tonumber(fields[i + 1])
    total = total + count
    of[fields[i]] = count
  end
  local counts = {}
  for i = 1, #sources do counts[i] = number(of[sources[i]] or 0) end
  return total, #counts > 0 and table.concat(counts, ',') or '-'
end

for i = 1, #KEYS, 5 do
  local deadlines, events, limits, active, pending = unpack(KEYS, i, i + 4)
  local newest = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)
  local total, counts = counts_of(active)
  word(lowest(deadlines))
  word(newest[1] and newest[1][1] or '0-0')
  word(is_reviewed(limits) and '1' or '0')
  word(number(redis.call('ZCARD', deadlines)))
  word(number(total))
  word(counts)
  word(lowest(pending))
end
return table.concat(words, ' ')
