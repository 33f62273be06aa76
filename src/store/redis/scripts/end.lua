#!lua flags=allow-oom
-- Ends one session on request: leaves a tombstone, whatever its deadlines are.
-- Atomic because the record, its deadline entry and the event must agree, and only the first end
-- may count.
-- allow-oom: when Redis is full, sessions must still end.
--
-- KEYS  session, deadlines, events (of one partition)
-- ARGV  nonce, by (any reason but idle and absolute), retention ms, source of an unknown credential
--       or '', what to do about it (leave, tombstone, plain: a tombstone without a subject), the only
--       subject whose session may end or '', when it ended or '', policy or ''
-- Reply unknown NONCE                 nothing to end, or the session of another subject
--       already NONCE BY ENDED_AT
--       ended   NONCE ENDED_AT STARTED_AT SUBJECT SOURCE; STARTED_AT is - if the credential was
--               unknown, SUBJECT may be -, and SOURCE is all the rest

local session, deadlines, events = unpack(KEYS)
local nonce, by, retention, source, unknown, subject, ended_at, policy = unpack(ARGV)
retention, ended_at = tonumber(retention), tonumber(ended_at)

--+ clock.lua
--+ rule.lua
--+ endings.lua

local clock = server_clock()
local record, malformed = read_record(session)
if malformed then return malformed end

-- A credential that was not seen yet gets a tombstone, so that it never opens a session.
if not record then
  if unknown == 'leave' then return 'unknown ' .. nonce end
  if unknown == 'plain' then subject = '' end
  local at = math.min(ended_at or clock, clock)
  write_tombstone(session, by, at)
  publish_end(session, member_of(session))
  if source ~= '' then redis.call('HSET', session, 'n', source) end
  if subject ~= '' then redis.call('HSET', session, 'u', subject) end
  keep(session, retention, clock)
  add_event(events, {
    kind = 'ended', by = by, at = at, session = member_of(session), source = source,
    policy = policy, subject = subject,
  })
  return string.format('ended %s %d - %s %s', nonce, at, subject ~= '' and subject or '-', source)
end

-- The same values again, so that replicas that confirm this connection's writes have them, too.
if record.e then
  local exact = exact_end(session, record)
  redis.call('HSET', session, 'e', integer(record.e), 'w', record.w)
  keep(session, retention, clock)
  return string.format('already %s %s %d', nonce, exact, record.e)
end

local owner = subject ~= '' and redis.call('HGET', session, 'u')
if owner and owner ~= subject then
  keep(session, retention, clock)
  return 'unknown ' .. nonce
end
source = redis.call('HGET', session, 'n') or source
local now = present_of(record, clock)
local at = math.min(ended_at or now, now)
local ending = { by = by, at = at, source = source, policy = policy }
write_end({ session = session, deadlines = deadlines, events = events }, record, ending)
keep(session, retention, clock)
return string.format('ended %s %d %d %s %s', nonce, at, record.s, record.u or '-', source)
