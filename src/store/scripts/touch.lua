#!lua flags=allow-oom
-- Checks one session against one policy and refreshes it. Never creates.
-- Atomic because a check and its refresh must see the same record: between two commands it could be ended.
-- allow-oom: a full server must go on deciding about the sessions it has. Not no-writes, although it may write
-- nothing: a primary that has lost its replicas must not answer `live`.
--
-- KEYS  session, deadlines, events (of one partition)
-- ARGV  nonce, idle timeout ms or '', absolute timeout ms or '', on expiry (end, keep, observe),
--       counts as activity (1, 0), touch interval ms, retention ms, policy, source
-- Reply unknown NONCE NOW
--       ended   NONCE NOW BY ENDED_AT
--       expired NONCE NOW STARTED_AT LAST_ACTIVITY_AT LONGEST_GAP BY EFFECT CROSSED OPENED
--       live    NONCE NOW STARTED_AT LAST_ACTIVITY_AT LONGEST_GAP ACTIVITY OPENED

--+ rule.lua

local session = KEYS[1]
local clock = server_clock()
local retention = tonumber(ARGV[7])
local record, malformed = read_record(session)
if malformed then return malformed end
if not record then return string.format('unknown %s %d', ARGV[1], clock) end

if not record.e then
  local live = live_reply(session, record, clock, 0)
  if live then
    keep(session, retention, clock)
    return live
  end
end

--+ endings.lua

local reply
if record.e then
  reply = ended_reply(ARGV[1], record, clock)
else
  reply = reached_reply({ session = session, deadlines = KEYS[2], events = KEYS[3] }, record, clock, 0)
end
keep(session, retention, clock)
return reply
