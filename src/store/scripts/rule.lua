-- The rule of session timeouts, put in front of each script that judges a session (see load-scripts.ts).
-- It says what src/session/judge-session.ts and its neighbours say; the conformance suite holds them equal.
--
-- A record is { s = startedAt, a = lastActivityAt, g = longestGap, n = source } while the session lives,
-- { e = endedAt, w = endedBy } once it is over: milliseconds as decimal integers; an absent g is 0.

local DAY_MS = 86400000
local EVENTS_MAX = 1000

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

-- When the last of all limits is reached, from the pairs of idle and absolute that begin at `first`, and by which.
-- Bounded by the configuration: the caller sends only limits that no other set covers.
local function over_at(record, limits, first)
  local last_at, last_by
  for i = first, #limits, 2 do
    local at, by = reaches(record, tonumber(limits[i]), tonumber(limits[i + 1]))
    if not last_at or at > last_at then last_at, last_by = at, by end
  end
  return last_at or math.huge, last_by
end

-- When the sweeper looks next. Where nothing is ever over in a day, for the sake of entries whose record is gone.
local function look_at(at, clock)
  if at == math.huge then return clock + DAY_MS end
  return at
end

local function member_of(session)
  return string.match(session, '[^:]+$')
end

local function tell(events, event)
  redis.call('XADD', events, 'MAXLEN', '~', EVENTS_MAX, '*', 'kind', event.kind, 'by', event.by,
    'at', integer(event.at), 'session', event.session, 'source', event.source,
    'policy', event.policy)
end

-- The tombstone, the end of its deadline entry, and the one event: the first script that sees the end writes all.
-- The key keeps its time-to-live.
local function write_end(keys, by, at, source, policy)
  local member = member_of(keys.session)
  redis.call('HSET', keys.session, 'e', integer(at), 'w', by)
  redis.call('HDEL', keys.session, 's', 'a', 'g', 'n')
  redis.call('ZREM', keys.deadlines, member)
  tell(keys.events, {
    kind = 'ended', by = by, at = at, session = member, source = source, policy = policy,
  })
end

-- The credential was presented: what is known of it stays for its retention. By the server's own clock, which
-- expires keys; rewritten only when due.
local function keep(session, retention, clock)
  if redis.call('PTTL', session) < retention then
    redis.call('PEXPIREAT', session, integer(clock + retention + DAY_MS))
  end
end

-- Entries of a source are scored by the limits that its field names ('~' in front: while the sweeper reviews them).
-- Scored by others, the field goes, and the sweeper looks at the whole partition again.
local function note_limits(limits, source, digest)
  local known = redis.call('HGET', limits, source)
  if known and known ~= digest and known ~= '~' .. digest then redis.call('HDEL', limits, source) end
end

local function ended_reply(nonce, record, clock)
  return string.format('ended %s %d %s %d', nonce, math.max(clock, record.e), record.w, record.e)
end

local function expired_reply(nonce, now, record, found)
  return string.format('expired %s %d %d %d %d %s %s %d %d', nonce, now, record.s, record.a, record.g,
    found.by, found.effect, found.crossed, found.opened)
end

-- Judges a live session for one request, refreshes or ends it. Shared by touch and open: ARGV 1 to 9 mean the same.
local function judge(keys, record, clock, opened)
  local nonce, idle, absolute = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
  local on_expiry, counts, touch_interval = ARGV[4], ARGV[5] == '1', tonumber(ARGV[6])
  local now = present_of(record, clock)
  local reached_at, by = reaches(record, idle, absolute)
  local is_reached = reached_at <= now

  if is_reached and on_expiry ~= 'observe' then
    local effect = 'kept'
    if on_expiry == 'end' then
      write_end(keys, by, reached_at, ARGV[9], ARGV[8])
      effect = 'ended'
    end
    return expired_reply(nonce, now, record, { by = by, effect = effect, crossed = 0, opened = opened })
  end

  local activity = 'passive'
  local crossed = 0
  local pause = now - record.a
  if counts and pause >= touch_interval then
    activity = 'moved'
    -- Judged as the record was when it was written: so one write of a session crosses the limit, and no other.
    if is_reached and reached_at > record.a then crossed = 1 end
    if pause > record.g then
      record.g = pause
      redis.call('HSET', keys.session, 'a', integer(now), 'g', integer(pause))
    elseif pause > 0 then
      redis.call('HSET', keys.session, 'a', integer(now))
    end
    record.a = now
  elseif counts then
    activity = 'skipped'
  end
  if is_reached then
    if opened == 1 then crossed = 1 end
    return expired_reply(nonce, now, record, { by = by, effect = 'kept', crossed = crossed, opened = opened })
  end
  if opened == 1 and counts then activity = 'moved' end
  return string.format('live %s %d %d %d %d %s %d', nonce, now, record.s, record.a, record.g, activity, opened)
end
