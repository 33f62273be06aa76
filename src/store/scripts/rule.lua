-- The rule of session timeouts, as far as every check needs it; `endings.lua` has the rest. A script names with `--+`
-- what is put into it (see load-scripts.ts). Two files because a script makes all functions anew each time that it
-- runs, and nearly every check finds a session that goes on.
--
-- It says what src/session/judge-session.ts and its neighbours say; the conformance suite holds them equal.
--
-- A record is { s = startedAt, a = lastActivityAt, g = longestGap, n = source } while the session lives,
-- { e = endedAt, w = endedBy } once it is over: milliseconds as decimal integers; an absent g is 0.

local DAY_MS = 86400000

-- The server's clock in milliseconds. Once per script: it is not frozen while a script runs.
local function server_clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function integer(number)
  return string.format('%d', number)
end

-- The record of this key, nil when there is none, and an error reply for what nobody of us has written:
-- half a record must neither live on nor count as unknown.
local function read_record(session)
  local fields = redis.call('HMGET', session, 's', 'a', 'g', 'e', 'w', 'n')
  if fields[4] then
    local ended_at = tonumber(fields[4])
    if ended_at and fields[5] then return { e = ended_at, w = fields[5] } end
    return nil, redis.error_reply('MALFORMED tombstone')
  end
  if not (fields[1] or fields[2] or fields[3] or fields[6]) then return nil end
  local s, a, g = tonumber(fields[1] or nil), tonumber(fields[2] or nil), tonumber(fields[3] or 0)
  if s and a and g then return { s = s, a = a, g = g } end
  return nil, redis.error_reply('MALFORMED session')
end

-- The present, never behind the newest time in the record: a clock that was set back extends nothing.
local function present_of(record, clock)
  return math.max(clock, record.s, record.a)
end

-- When the session reaches these limits if nothing more happens (math.huge: never), and by which of them.
-- A pause as long as the idle limit was reached at the last activity at the latest. A tie is absolute.
local function reaches(record, idle, absolute)
  local idle_at, absolute_at = math.huge, math.huge
  if idle then
    if record.g >= idle then idle_at = record.a else idle_at = record.a + idle end
  end
  if absolute then absolute_at = record.s + absolute end
  if absolute_at <= idle_at then return absolute_at, 'absolute' end
  return idle_at, 'idle'
end

-- The credential was presented: what is known of it stays for its retention. By the server's own clock, which
-- expires keys; rewritten only when due.
local function keep(session, retention, clock)
  if redis.call('PTTL', session) < retention then
    redis.call('PEXPIREAT', session, integer(clock + retention + DAY_MS))
  end
end

-- Counts one request as activity if it may, and says what came of it. ARGV 5 and 6 as in touch.lua.
local function refresh(session, record, now)
  if ARGV[5] ~= '1' then return 'passive' end
  local pause = now - record.a
  if pause < tonumber(ARGV[6]) then return 'skipped' end
  if pause > record.g then
    record.g = pause
    redis.call('HSET', session, 'a', integer(now), 'g', integer(pause))
  elseif pause > 0 then
    redis.call('HSET', session, 'a', integer(now))
  end
  record.a = now
  return 'moved'
end

-- Refreshes a session that is under its limits, and gives the reply; nil when one is reached. ARGV 1 to 6 as in
-- touch.lua. The write that opened a session is its activity.
local function live_reply(session, record, clock, opened)
  local now = present_of(record, clock)
  if reaches(record, tonumber(ARGV[2]), tonumber(ARGV[3])) <= now then return nil end
  local activity = refresh(session, record, now)
  if opened == 1 and activity == 'skipped' then activity = 'moved' end
  return string.format('live %s %d %d %d %d %s %d', ARGV[1], now, record.s, record.a, record.g, activity, opened)
end
