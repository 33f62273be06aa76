-- The rule of session timeouts, as far as every script about sessions needs it. Equal to
-- src/session/touch-live-session.ts and the files beside it; the conformance suite keeps them
-- equal.
--
-- A script includes other files by lines that begin with `--+` (see load-scripts.ts). There are
-- several files because a script creates all its functions each time that it runs, and nearly every
-- check finds a live session: touch.lua includes the rest after it has answered for those.
--
-- The fields of a live session: s = startedAt, a = lastActivityAt, g = longestGap, n = source,
-- u = subject, v = the subject in clear, o = its own limits as IDLE:ABSOLUTE, c = challenge mark. A
-- tombstone keeps s, n, u and v, and has e = endedAt, w = endedBy and perhaps r, the exact reason
-- (endings.lua). Times are decimal integers in milliseconds; an absent g is 0.
--
-- Only what nearly every script needs is read here. Five fields, because each more costs 1 % of a
-- check. The subject is read where it is compared, and where the session ends.

local DAY_MS = 86400000

-- The record of this key, or nil if there is none. The second value is an error reply for a record
-- that Curfew did not write: half a record must neither stay live nor count as unknown.
local function read_record(session)
  local fields = redis.call('HMGET', session, 's', 'a', 'g', 'e', 'o')
  if fields[4] then
    local ended_at, by = tonumber(fields[4]), redis.call('HGET', session, 'w')
    if ended_at and by then return { e = ended_at, w = by } end
    return nil, redis.error_reply('MALFORMED tombstone')
  end
  local s, a, g = tonumber(fields[1] or nil), tonumber(fields[2] or nil), tonumber(fields[3] or 0)
  if s and a and g then
    local record = { s = s, a = a, g = g }
    if not fields[5] then return record end
    local idle, absolute = string.match(fields[5], '^(%d*):(%d*)$')
    record.own = { idle = tonumber(idle), absolute = tonumber(absolute) }
    if idle then return record end
  elseif not (fields[1] or fields[2] or fields[3] or fields[5]) and redis.call('EXISTS', session) == 0 then
    return nil
  end
  return nil, redis.error_reply('MALFORMED session')
end

-- The present: the clock, but never earlier than the newest time in the record, so that a clock
-- that was set back extends no session.
local function present_of(record, clock)
  return math.max(clock, record.s, record.a)
end

-- When the session reaches one of these limits, or its own, if no more requests come (math.huge:
-- never), and which one. A pause as long as the idle limit was reached at the last activity at the latest. If
-- both are reached at the same instant, it is the absolute one.
local function reaches(record, idle, absolute)
  local idle_at, absolute_at = math.huge, math.huge
  local own = record.own
  if own then
    if own.idle and not (idle and idle < own.idle) then idle = own.idle end
    if own.absolute and not (absolute and absolute < own.absolute) then absolute = own.absolute end
  end
  if idle then
    if record.g >= idle then idle_at = record.a else idle_at = record.a + idle end
  end
  if absolute then absolute_at = record.s + absolute end
  if absolute_at <= idle_at then return absolute_at, 'absolute' end
  return idle_at, 'idle'
end

-- The credential was presented, so its record is kept for the retention from now on. This uses the
-- server's own clock, which expires keys, and writes only when less than the retention and a minute
-- remain: a replica may answer for the session for some seconds without presenting it here.
local function keep(session, retention, clock)
  if redis.call('PTTL', session) < retention + 60000 then
    redis.call('PEXPIREAT', session, integer(clock + retention + DAY_MS))
  end
end
