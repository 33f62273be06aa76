#!lua flags=allow-oom
-- Checks one session against one policy and refreshes it. Never creates one.
-- Atomic because a check and its refresh must see the same record: between two commands the session
-- could end.
-- allow-oom: when Redis is full, sessions that exist must still be checked. Not no-writes, although
-- it may write nothing: a primary that has lost its replicas must not answer `live`.
--
-- KEYS  session, deadlines, events (of one partition)
-- ARGV  nonce, idle timeout ms or '', absolute timeout ms or '', on expiry (end, challenge,
--       keep, observe), counts as activity (1, 0), touch interval ms, retention ms, policy, source,
--       then the subject of the request if it names one
-- Reply unknown NONCE NOW
--       ended   NONCE NOW BY ENDED_AT
--       expired NONCE NOW STARTED_AT LAST_ACTIVITY_AT LONGEST_GAP BY EFFECT CROSSED OPENED SUBJECT
--               OWN_IDLE OWN_ABSOLUTE; SUBJECT is that of a session which this call ended, or -
--       live    NONCE NOW STARTED_AT LAST_ACTIVITY_AT LONGEST_GAP ACTIVITY OPENED, and if the request
--               names a subject or the session has limits of its own WHOSE (none, same, other, -)
--               OWN_IDLE OWN_ABSOLUTE

local session = KEYS[1]
local nonce, retention = ARGV[1], tonumber(ARGV[7])

--+ clock.lua
--+ rule.lua

local clock = server_clock()
local record, malformed = read_record(session)
if malformed then return malformed end
if not record then return string.format('unknown %s %d', nonce, clock) end

--+ touching.lua

if not record.e then
  local live = live_reply(session, record, clock, 0)
  if live then
    keep(session, retention, clock)
    if not record.own then
      -- As own.lua, whose functions would cost 2 % of a touch that names a subject.
      local subject = ARGV[10]
      if not subject then return live end
      local owner = redis.call('HGET', session, 'u')
      if not owner then return live .. ' none - -' end
      return live .. (owner == subject and ' same - -' or ' other - -')
    end

--+ own.lua

    return live .. whose_words(session, ARGV[10]) .. own_words(record)
  end
end

--+ endings.lua
--+ own.lua
--+ refusing.lua

local reply
if record.e then
  reply = ended_reply(session, record, clock)
else
  local keys = { session = session, deadlines = KEYS[2], events = KEYS[3] }
  reply = reached_reply(keys, record, clock, 0)
end
keep(session, retention, clock)
return reply
