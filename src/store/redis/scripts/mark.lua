#!lua flags=allow-oom
-- Writes the installation mark of a partition, by which a replica notices that the partition has lost
-- data.
-- Atomic because several replicas may notice a loss at the same time, and the first one settles when
-- it was noticed. A replica that was stopped in between must not make the mark older.
-- allow-oom: when Redis is full, an operator must still be able to accept a loss.
--
-- KEYS  installation (of one partition)
-- ARGV  nonce, what, the newest renewal that the caller knows in ms or ''. WHAT is
--         begin   marks a partition without a mark: a new installation
--         renew   notes that the partition is in use; a partition without a mark stays without
--         lose    the caller knows a newer mark, or that there was one: notes the loss
--         fence   the same, and keeps unknown credentials from opening until the loss is accepted
--         accept  accepts a loss; marks a partition without a mark
-- Reply marked NONCE CHANGED BEGUN RENEWED KEPT FENCED
--       CHANGED is 1 unless everything was so already (a renewal does not count as a change), FENCED is 1 until the
--       loss is accepted. BEGUN and RENEWED are - without a mark, KEPT - without a loss.
--
-- Fields: b = when it was marked, or when the last loss was noticed; t = when it was renewed;
-- k = the renewal that was found when data was lost, 0 if there was none; f = 1 until that is accepted

local mark = KEYS[1]
local nonce, what, known_at = unpack(ARGV)
known_at = tonumber(known_at) or 0

--+ clock.lua

local clock = server_clock()
local fields = redis.call('HMGET', mark, 'b', 't', 'k', 'f')
local begun, renewed, kept = tonumber(fields[1] or nil), tonumber(fields[2] or nil), tonumber(fields[3] or nil)
local fenced, changed = fields[4] == '1', false
local is_marked = begun and renewed

local function begin()
  begun, renewed, changed = clock, math.max(clock, known_at), true
end

if what == 'renew' and is_marked then
  renewed = math.max(renewed, clock)
elseif what == 'begin' and not is_marked then
  begin()
elseif what == 'lose' or what == 'fence' then
  if not is_marked or renewed < known_at then
    kept = is_marked and renewed or 0
    begin()
    fenced = fenced or what == 'fence'
  end
elseif what == 'accept' then
  if not is_marked then
    kept = 0
    begin()
  end
  changed = changed or fenced
  fenced = false
end

if changed or (what == 'renew' and is_marked) then
  redis.call('HSET', mark, 'b', integer(begun), 't', integer(renewed))
  if kept then redis.call('HSET', mark, 'k', integer(kept)) end
  if fenced then redis.call('HSET', mark, 'f', '1') else redis.call('HDEL', mark, 'f') end
end
local function word(number)
  return number and integer(number) or '-'
end
return string.format('marked %s %d %s %s %s %d', nonce, changed and 1 or 0, word(begun), word(renewed), word(kept), fenced and 1 or 0)
