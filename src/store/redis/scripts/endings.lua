-- What the scripts share that end or open sessions, and that sweep them.

local EVENTS_MAX = 1000

-- When the last of all these limits is reached, by which, and where in the list it is. At the same
-- instant it is the first in the list. `limits` has idle and absolute from `first` on, at every
-- `step` words. There are few: the caller leaves out those that are covered by others.
local function over_at(record, limits, first, step)
  local last_at, last_by, last
  for i = first, #limits, step do
    local at, by = reaches(record, tonumber(limits[i]), tonumber(limits[i + 1]))
    if not last_at or at > last_at then last_at, last_by, last = at, by, i end
  end
  return last_at or math.huge, last_by, last
end

-- The score of a deadline entry: when the sweeper examines the session next. A session that is
-- never over is examined in a day, to remove its entry if its record is gone by then.
local function score_of(over, clock)
  if over == math.huge then return integer(clock + DAY_MS) end
  return integer(over)
end

-- The member of a session in its deadlines: its session key.
local function member_of(session)
  return string.match(session, '[^:]+$')
end

-- Publishes an end to all replicas, which may answer for the session without asking. Nothing depends on
-- it, because they do so for a few seconds at most. So it does not matter if the user may not publish.
local function publish_end(key, name)
  redis.pcall('SPUBLISH', string.match(key, '^.-}:') .. 'ends', name)
end

local function add_event(events, event)
  redis.call('XADD', events, 'MAXLEN', '~', EVENTS_MAX, '*', 'kind', event.kind, 'by', event.by,
    'at', integer(event.at), 'session', event.session, 'source', event.source,
    'policy', event.policy, 'subject', event.subject)
end

-- Counts the live sessions of a source in this partition. The key is not among those of the script
-- because each more key costs every check that finds a live session; it is in the same slot.
local function count_active(deadlines, source, change)
  local active = string.gsub(deadlines, 'deadlines$', 'active')
  redis.call('HINCRBY', active, source, change)
end

-- The reasons that the first version did not have. They are stored as `w revoked` with the exact
-- word in `r`, because that version refuses a tombstone with another word.
local EXACT_ENDS = { signed_out = true, subject_locked = true, session_limit = true }

-- Why the session ended. An exact word that this version does not know counts as `revoked`.
local function exact_end(session, record)
  if record.w ~= 'revoked' then return record.w end
  local exact = redis.call('HGET', session, 'r')
  if EXACT_ENDS[exact] then return exact end
  return record.w
end

-- Writes when and why the session has ended.
local function write_tombstone(session, by, at)
  if EXACT_ENDS[by] then
    redis.call('HSET', session, 'e', integer(at), 'w', 'revoked', 'r', by)
  else
    redis.call('HSET', session, 'e', integer(at), 'w', by)
  end
end

-- Makes a tombstone of a live session, removes the deadline entry and adds the event, once: later
-- scripts find the tombstone. The time to live of the key stays as it is. `ending` has by, at,
-- source and policy. The record gets its subject.
local function write_end(keys, record, ending)
  local member = member_of(keys.session)
  record.u = redis.call('HGET', keys.session, 'u') or nil
  write_tombstone(keys.session, ending.by, ending.at)
  redis.call('HDEL', keys.session, 'a', 'g', 'c', 'o')
  redis.call('ZREM', keys.deadlines, member)
  publish_end(keys.session, member)
  count_active(keys.deadlines, ending.source, -1)
  add_event(keys.events, {
    kind = 'ended', by = ending.by, at = ending.at, session = member, source = ending.source,
    policy = ending.policy, subject = record.u or '',
  })
end

-- `limits` notes the limits by which the entries of each source were scored ('~' before it: the
-- sweeper is reviewing them). When an entry is scored by other limits, the note is removed, and the
-- sweeper reviews the whole partition again.
local function note_limits(limits, source, digest)
  local noted = redis.call('HGET', limits, source)
  if noted and noted ~= digest and noted ~= '~' .. digest then redis.call('HDEL', limits, source) end
end
