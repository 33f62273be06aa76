-- What touch.lua and open.lua share about sessions that have ended or reached a limit.

local idle, absolute = tonumber(ARGV[2]), tonumber(ARGV[3])
local on_expiry, policy, source = ARGV[4], ARGV[8], ARGV[9]

local function ended_reply(session, record, clock)
  local by = exact_end(session, record)
  return string.format('ended %s %d %s %d', nonce, math.max(clock, record.e), by, record.e)
end

local function expired_reply(now, record, found)
  local subject = found.effect == 'ended' and record.u or '-'
  return string.format('expired %s %d %d %d %d %s %s %d %d %s%s', nonce, now, record.s, record.a, record.g,
    found.by, found.effect, found.crossed, found.opened, subject, own_words(record))
end

-- Refuses or observes a session that has reached a limit. `opened` as for live_reply.
local function reached_reply(keys, record, clock, opened)
  local now = present_of(record, clock)
  local reached_at, by = reaches(record, idle, absolute)
  if on_expiry == 'observe' then
    -- The record is compared as of the time when it was written, so exactly one write of a session
    -- crosses the limit.
    local was_reached = reached_at <= record.a
    local crossed = opened
    if refresh(keys.session, record, now) == 'moved' and not was_reached then crossed = 1 end
    return expired_reply(now, record, { by = by, effect = 'kept', crossed = crossed, opened = opened })
  end
  local effect = 'kept'
  if on_expiry == 'end' then
    write_end(keys, record, { by = by, at = reached_at, source = source, policy = policy })
    effect = 'ended'
  elseif on_expiry == 'challenge' and not redis.call('HGET', keys.session, 'c') then
    redis.call('HSET', keys.session, 'c', integer(now))
    publish_end(keys.session, member_of(keys.session))
  end
  return expired_reply(now, record, { by = by, effect = effect, crossed = 0, opened = opened })
end
