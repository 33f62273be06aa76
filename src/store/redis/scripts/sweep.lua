#!lua flags=allow-oom
-- Examines one session that is due: ends it if all limits of its source are reached, else notes
-- when to examine it again.
-- Atomic because the session may be touched or ended meanwhile, and only one of several sweepers
-- may report the end.
-- This does not present the credential, so the time to live stays as it is.
--
-- KEYS  session, deadlines, events, limits (of one partition)
-- ARGV  nonce, source, digest of its limits, then those limits: idle ms or '', absolute ms or '', and
--       the policy that has them
-- Reply over    NONCE BY LIMIT SUBJECT   this call wrote the end; LIMIT is the number of the limits
--                                that were reached last, from 0; SUBJECT may be -
--       waiting NONCE            not over yet, or never over under these limits
--       done    NONCE            ended before, or no longer there
--       other   NONCE            not a session of that source; nothing was written

local session, deadlines, events, limits = unpack(KEYS)
local nonce, source, digest = ARGV[1], ARGV[2], ARGV[3]
local FIRST_LIMIT = 4

--+ clock.lua
--+ rule.lua
--+ endings.lua

local clock = server_clock()
local record, malformed = read_record(session)
if malformed then return malformed end
local member = member_of(session)

if not record or record.e then
  redis.call('ZREM', deadlines, member)
  return 'done ' .. nonce
end
if redis.call('HGET', session, 'n') ~= source then return 'other ' .. nonce end

local over, by, last = over_at(record, ARGV, FIRST_LIMIT, 3)
if over <= present_of(record, clock) then
  local ending = { by = by, at = over, source = source, policy = ARGV[last + 2] }
  write_end({ session = session, deadlines = deadlines, events = events }, record, ending)
  return string.format('over %s %s %d %s', nonce, by, (last - FIRST_LIMIT) / 3, record.u or '-')
end
redis.call('ZADD', deadlines, 'XX', score_of(over, clock), member)
note_limits(limits, source, digest)
return 'waiting ' .. nonce
