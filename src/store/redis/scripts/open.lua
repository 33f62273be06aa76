#!lua
-- Creates a session unless there is a record or a tombstone, and then checks it like any other. If
-- there is one, this is exactly a touch.
-- Atomic because the session must still be unknown when the record is written: an end in between
-- must win.
-- Without allow-oom: when Redis is full, no more sessions are opened.
-- A fenced opening needs an installation mark that is complete and as new as the caller knows: where data
-- was lost, an unknown credential may be one whose session has ended. The answer is then the error FENCED.
--
-- KEYS  session, deadlines, events, limits, installation (of one partition), and if its name was settled
--       the claim at that name (see claim.lua)
-- ARGV  1-9 as touch.lua; subject or '', the subject in clear or '', opening (first-use, registered),
--       login time ms or '', own limits as IDLE:ABSOLUTE or '', digest of the source's limits, the
--       oldest renewal of the mark that will do (ms) or '' for an opening that is not fenced, the
--       token of its claim or '', then the limits: pairs of idle ms or '', absolute ms or ''
-- Reply as touch.lua, but never unknown, and live always with WHOSE OWN_IDLE OWN_ABSOLUTE;
--       error UNSETTLED if that claim has gone: this call is late, or a failover has lost the claim, and
--       another replica may have settled another name since

local session, deadlines, events, limits, installation, claim = unpack(KEYS)
local nonce, retention = ARGV[1], tonumber(ARGV[7])
local subject, subject_name, opening = ARGV[10], ARGV[11], ARGV[12]
local login_at, own_limits, digest, marked_at = tonumber(ARGV[13]), ARGV[14], ARGV[15], tonumber(ARGV[16])
local token = ARGV[17]
local FIRST_LIMIT = 18
local CLAIM_KEPT_MS = 60000

--+ clock.lua
--+ rule.lua
--+ touching.lua
--+ endings.lua
--+ own.lua
--+ refusing.lua

-- The reply about a live session, or one that has reached a limit.
local function touched_reply(keys, record, clock, opened)
  local live = live_reply(session, record, clock, opened)
  if live then return live .. whose_words(session, subject) .. own_words(record) end
  return reached_reply(keys, record, clock, opened)
end

local keys = { session = session, deadlines = deadlines, events = events }
local clock = server_clock()
local record, malformed = read_record(session)
if malformed then return malformed end

if record then
  local reply
  if record.e then
    reply = ended_reply(session, record, clock)
  else
    reply = touched_reply(keys, record, clock, 0)
  end
  keep(session, retention, clock)
  return reply
end

if marked_at then
  local mark = redis.call('HMGET', installation, 't', 'f')
  local renewed_at = tonumber(mark[1] or nil)
  if mark[2] or not renewed_at or renewed_at < marked_at then return redis.error_reply('FENCED partition') end
end

local member = member_of(session)
if claim then
  local settled = redis.call('HMGET', claim, 'n', 't')
  if settled[1] ~= member or (settled[2] or '-') ~= token then return redis.error_reply('UNSETTLED name') end
  -- A check that looked for the session just before this has not made its own claim yet.
  redis.call('PEXPIREAT', claim, integer(clock + CLAIM_KEPT_MS))
end
local fields = { 's', integer(math.min(login_at or clock, clock)), 'a', integer(clock), 'n', source }
local function also(field, value)
  if value == '' then return end
  fields[#fields + 1] = field
  fields[#fields + 1] = value
end
also('u', subject)
also('v', subject_name)
also('o', own_limits)
redis.call('HSET', session, unpack(fields))
record = read_record(session)
redis.call('PEXPIREAT', session, integer(clock + retention + DAY_MS))
redis.call('ZADD', deadlines, score_of(over_at(record, ARGV, FIRST_LIMIT, 2), clock), member)
note_limits(limits, source, digest)
count_active(deadlines, source, 1)
add_event(events, {
  kind = 'opened', by = opening, at = clock, session = member, source = source, policy = policy,
  subject = subject,
})
return touched_reply(keys, record, clock, 1)
