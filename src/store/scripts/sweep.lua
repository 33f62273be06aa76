#!lua flags=allow-oom
-- Looks at one session that is due: ends it when all limits of its source are reached, else notes when to look again.
-- Atomic because the session may be touched or ended while the sweeper looks; of several sweepers one tells the end.
-- Not a presentation of the credential: the time-to-live stays as it is.
--
-- KEYS  session, deadlines, events, limits (of one partition)
-- ARGV  nonce, source, digest of its limits, then those limits: pairs of idle ms or '', absolute ms or ''
-- Reply over    NONCE BY   this call wrote the end
--       waiting NONCE      not over yet, or never under these limits
--       done    NONCE      ended before, or no longer there
--       other   NONCE      not a session of that source: nothing done

--+ rule.lua
--+ endings.lua

local keys = { session = KEYS[1], deadlines = KEYS[2], events = KEYS[3] }
local limits = KEYS[4]
local nonce, source, digest = ARGV[1], ARGV[2], ARGV[3]
local clock = server_clock()
local record, malformed = read_record(keys.session)
if malformed then return malformed end
local member = member_of(keys.session)

if not record or record.e then
  redis.call('ZREM', keys.deadlines, member)
  return 'done ' .. nonce
end
if redis.call('HGET', keys.session, 'n') ~= source then return 'other ' .. nonce end

local at, by = over_at(record, ARGV, 4)
if at <= present_of(record, clock) then
  write_end(keys, by, at, source, '')
  return string.format('over %s %s', nonce, by)
end
redis.call('ZADD', keys.deadlines, 'XX', integer(look_at(at, clock)), member)
note_limits(limits, source, digest)
return 'waiting ' .. nonce
