#!lua
-- Creates a session unless its record or tombstone is there, then judges it like any other: with one there it is
-- exactly a touch.
-- Atomic because unknown must still be unknown when the record is written: an end in between must win.
-- Without allow-oom: a full server opens nothing more.
--
-- KEYS  session, deadlines, events, limits (of one partition)
-- ARGV  1-9 as touch.lua; opening (first-use, registered), login time ms or '', digest of the source's limits,
--       then those limits: pairs of idle ms or '', absolute ms or ''
-- Reply as touch.lua, never unknown

--+ rule.lua
--+ endings.lua

local keys = { session = KEYS[1], deadlines = KEYS[2], events = KEYS[3] }
local limits = KEYS[4]
local clock = server_clock()
local retention, policy, source = tonumber(ARGV[7]), ARGV[8], ARGV[9]
local record, malformed = read_record(keys.session)
if malformed then return malformed end

if record then
  local reply
  if record.e then
    reply = ended_reply(ARGV[1], record, clock)
  else
    reply = live_reply(keys.session, record, clock, 0) or reached_reply(keys, record, clock, 0)
  end
  keep(keys.session, retention, clock)
  return reply
end

local member = member_of(keys.session)
record = { s = math.min(tonumber(ARGV[11]) or clock, clock), a = clock, g = 0 }
redis.call('HSET', keys.session, 's', integer(record.s), 'a', integer(record.a), 'n', source)
redis.call('PEXPIREAT', keys.session, integer(clock + retention + DAY_MS))
redis.call('ZADD', keys.deadlines, integer(look_at(over_at(record, ARGV, 13), clock)), member)
note_limits(limits, source, ARGV[12])
tell(keys.events, {
  kind = 'opened', by = ARGV[10], at = clock, session = member, source = source, policy = policy,
})
return live_reply(keys.session, record, clock, 1) or reached_reply(keys, record, clock, 1)
