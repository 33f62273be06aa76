-- What scripts need where a session ends, is opened, or is looked at by the sweeper: the other part of `rule.lua`.

local EVENTS_MAX = 1000

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

-- Refuses or observes a session that has reached a limit. ARGV 1 to 9 as in touch.lua.
local function reached_reply(keys, record, clock, opened)
  local now = present_of(record, clock)
  local on_expiry = ARGV[4]
  local reached_at, by = reaches(record, tonumber(ARGV[2]), tonumber(ARGV[3]))
  if on_expiry == 'observe' then
    -- Judged as the record was when it was written: so one write of a session crosses the limit, and no other.
    local was_reached = reached_at <= record.a
    local crossed = opened
    if refresh(keys.session, record, now) == 'moved' and not was_reached then crossed = 1 end
    return expired_reply(ARGV[1], now, record, { by = by, effect = 'kept', crossed = crossed, opened = opened })
  end
  local effect = 'kept'
  if on_expiry == 'end' then
    write_end(keys, by, reached_at, ARGV[9], ARGV[8])
    effect = 'ended'
  end
  return expired_reply(ARGV[1], now, record, { by = by, effect = effect, crossed = 0, opened = opened })
end
