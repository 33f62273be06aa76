#!lua flags=allow-oom
-- Begins to end the sessions of a subject: notes what is pending, from when on earlier logins are
-- over, and the lock.
-- Atomic because of a session that enters meanwhile: it must be refused, or be in the index before
-- this, so that the caller finds it there.
-- allow-oom: when Redis is full, sessions must still end.
--
-- KEYS  index, marks, pending, events (of the subject's partition)
-- ARGV  nonce, subject, prefix of its scores, by (any reason but idle and absolute), the session key
--       that goes on or -, the last instant of entries that end or '', how long to lock (ms, forever)
--       or '', why or '', when it began or '', retention ms
-- Reply begun NONCE STARTED_AT ENTERED_UNTIL
--       full  NONCE   too many ends are pending; nothing was written
--
-- Pending is a sorted set: members are SUBJECT STARTED_AT BY EXCEPT ENTERED_UNTIL, scored by
-- STARTED_AT.

local index, marks, pending, events = unpack(KEYS)
local nonce, subject, prefix, by, except, entered_until, lasts, why, started_at, retention = unpack(ARGV)
entered_until, started_at = tonumber(entered_until), tonumber(started_at)
retention = tonumber(retention)
local PENDING_MAX = 10000

--+ clock.lua
--+ rule.lua
--+ endings.lua
--+ marks.lua

if redis.call('ZCARD', pending) >= PENDING_MAX then return 'full ' .. nonce end
local clock = server_clock()
local found = read_marks(marks)

-- Not before the last entry, also when the clock was set back, and after the last lock.
local first, last = integer(index_score(prefix, 0)), integer(index_score(prefix, math.huge))
local newest = redis.call('ZRANGE', index, last, first, 'BYSCORE', 'REV', 'LIMIT', 0, 1, 'WITHSCORES')[2]
local now = math.max(clock, newest and entered_at(tonumber(newest)) or 0)
local locked_at = found.t or -1
if lasts ~= '' then now = math.max(now, locked_at + 1) end
local at = math.min(started_at or now, now)
entered_until = entered_until or at

found.b = math.max(found.b or 0, entered_until)
redis.call('HSET', marks, 'b', integer(found.b))
if lasts ~= '' and at >= locked_at then
  found.l = lasts == 'forever' and lasts or integer(at + tonumber(lasts))
  redis.call('HSET', marks, 'l', found.l, 't', integer(at), 'r', why)
end
keep_marks(marks, found, retention, clock)
local member = string.format('%s %d %s %s %d', subject, at, by, except, entered_until)
redis.call('ZADD', pending, integer(at), member)
-- The sweepers look at a partition only if there is a new event in it.
add_event(events, {
  kind = 'ending', by = by, at = at, session = '', source = '', policy = '', subject = subject,
})
publish_end(marks, subject)
return string.format('begun %s %d %d', nonce, at, entered_until)
