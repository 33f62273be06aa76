#!lua flags=allow-oom
-- Revokes one session: leaves a tombstone, whatever its deadlines.
-- Atomic because the record, its deadline entry and the event must tell the same, and only the first end counts.
-- allow-oom: a full server must still be able to log somebody out.
--
-- KEYS  session, deadlines, events (of one partition)
-- ARGV  nonce, by (revoked), retention ms, source
-- Reply unknown NONCE
--       already NONCE BY ENDED_AT
--       ended   NONCE ENDED_AT

--+ rule.lua
--+ endings.lua

local keys = { session = KEYS[1], deadlines = KEYS[2], events = KEYS[3] }
local nonce, by, retention, source = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local clock = server_clock()
local record, malformed = read_record(keys.session)
if malformed then return malformed end
if not record then return 'unknown ' .. nonce end

local reply
if record.e then
  reply = string.format('already %s %s %d', nonce, record.w, record.e)
else
  local now = present_of(record, clock)
  write_end(keys, by, now, source, '')
  reply = string.format('ended %s %d', nonce, now)
end
keep(keys.session, retention, clock)
return reply
