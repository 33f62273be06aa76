#!lua
-- Puts a session into the index of its subject, unless the subject is locked or the login is older
-- than an end of the subject.
-- Atomic because a lock or an end that begins meanwhile must either refuse the session or find it in
-- the index.
-- Without allow-oom: an opening follows, which a full Redis refuses.
--
-- KEYS  index, marks (of the subject's partition)
-- ARGV  nonce, member, prefix of its score, login time ms or '', retention ms
-- Reply entered NONCE            now, or since before
--       locked  NONCE UNTIL      ms, or forever
--       before  NONCE ENDED_AT

local index, marks = unpack(KEYS)
local nonce, member, prefix, login_at, retention = unpack(ARGV)
login_at, retention = tonumber(login_at), tonumber(retention)

--+ clock.lua
--+ rule.lua
--+ marks.lua

local clock = server_clock()
local found = read_marks(marks)
local lock = locked_until(found, clock)
if lock then return string.format('locked %s %s', nonce, lock) end
if found.b and login_at and login_at < found.b then
  keep_marks(marks, found, retention, clock)
  return string.format('before %s %d', nonce, found.b)
end

-- The time of the first entry stays, because an end that is under way goes by it. An old one is
-- renewed, so that the review does not take it out while the session opens.
local known = redis.call('ZSCORE', index, member)
local known_at = known and entered_at(tonumber(known))
local is_old = known and clock - known_at >= DAY_MS
if not known or (is_old and known_at > (found.b or -1)) then
  redis.call('ZADD', index, integer(index_score(prefix, clock)), member)
end
return 'entered ' .. nonce
