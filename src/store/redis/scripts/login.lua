#!lua flags=allow-oom
-- Checks the session of a visit of a login. Never creates one, and is never activity.
-- Atomic because the limits and the mark must be those of the record that is ended: a touch in
-- between could move them.
-- allow-oom: when Redis is full, a login must still be able to end what it replaces. Not no-writes,
-- for the same reason as touch.lua.
--
-- KEYS  session, deadlines, events (of one partition)
-- ARGV  nonce, may end (1, 0), the reason for the end of a session with the challenge mark or '' if
--       it may not end, retention ms, source, then for each policy that ends sessions: its name,
--       idle ms or '', absolute ms or ''
-- Reply unknown NONCE
--       ended   NONCE BY ENDED_AT BY_THIS_VISIT LIMIT SUBJECT; LIMIT is the number of the policy whose
--               limit ended it, from 0, or - if none did, or before
--       over    NONCE BY
--       marked  NONCE
--       live    NONCE NOW STARTED_AT LAST_ACTIVITY_AT LONGEST_GAP OWN_IDLE OWN_ABSOLUTE

local session, deadlines, events = unpack(KEYS)
local nonce, may_end, sign_out, retention, source = unpack(ARGV)
retention = tonumber(retention)
local FIRST_POLICY = 6

--+ clock.lua
--+ rule.lua
--+ endings.lua
--+ own.lua

local clock = server_clock()
local record, malformed = read_record(session)
if malformed then return malformed end
if not record then return 'unknown ' .. nonce end
keep(session, retention, clock)
if record.e then return string.format('ended %s %s %d 0 - -', nonce, exact_end(session, record), record.e) end

-- The policy whose limit was reached first. At the same instant an absolute limit counts, then the
-- first in the list. There are few: the policies of the file that end sessions of this source.
local now = present_of(record, clock)
local first
for i = FIRST_POLICY, #ARGV, 3 do
  local at, by = reaches(record, tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]))
  local is_first = not first or at < first.at
    or (at == first.at and by == 'absolute' and first.by == 'idle')
  if at <= now and is_first then first = { at = at, by = by, number = (i - FIRST_POLICY) / 3 } end
end

local function ended_now(by, at, number)
  local policy = number and ARGV[FIRST_POLICY + 3 * number] or ''
  local ending = { by = by, at = at, source = source, policy = policy }
  write_end({ session = session, deadlines = deadlines, events = events }, record, ending)
  local limit = number and integer(number) or '-'
  return string.format('ended %s %s %d 1 %s %s', nonce, by, at, limit, record.u or '-')
end

if first and may_end == '1' then return ended_now(first.by, first.at, first.number) end
-- The mark comes before a limit that may not end the session: the login under way must not be given
-- the old credential.
if redis.call('HGET', session, 'c') then
  if sign_out == '' then return 'marked ' .. nonce end
  return ended_now(sign_out, now, nil)
end
if first then return string.format('over %s %s', nonce, first.by) end
return string.format('live %s %d %d %d %d%s', nonce, now, record.s, record.a, record.g, own_words(record))
