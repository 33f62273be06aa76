#!lua flags=allow-oom
-- Lifts the lock of a subject, unless a later lock is known.
-- Atomic because of a lock that is set meanwhile: the later one of both counts.
-- allow-oom: when Redis is full, an operator must still be able to lift a lock.
--
-- KEYS  marks (of the subject's partition)
-- ARGV  nonce, when it was unlocked or '', retention ms
-- Reply ok NONCE AT   when the unlock was, also if a later lock stays

local marks = KEYS[1]
local nonce, unlocked_at, retention = unpack(ARGV)
unlocked_at, retention = tonumber(unlocked_at), tonumber(retention)

--+ clock.lua
--+ rule.lua
--+ marks.lua

local clock = server_clock()
local found = read_marks(marks)
local last_at = found.t or -1
local now = math.max(clock, last_at + 1)
local at = math.min(unlocked_at or now, now)
if at >= last_at then
  found.l = 'unlocked'
  redis.call('HSET', marks, 'l', found.l, 't', integer(at))
  redis.call('HDEL', marks, 'r')
  keep_marks(marks, found, retention, clock)
end
return string.format('ok %s %d', nonce, at)
