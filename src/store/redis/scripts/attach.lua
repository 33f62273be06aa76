#!lua flags=allow-oom
-- Notes whose session it is. The first subject stays.
-- Atomic because of two requests that name different subjects, one must find that of the other.
-- allow-oom: when Redis is full, sessions that exist must still be checked.
--
-- KEYS  session
-- ARGV  nonce, subject, the subject in clear or ''
-- Reply attached NONCE
--       same     NONCE
--       other    NONCE
--       unknown  NONCE   there is no live session

local session = KEYS[1]
local nonce, subject, subject_name = unpack(ARGV)

--+ clock.lua
--+ rule.lua

local record, malformed = read_record(session)
if malformed then return malformed end
if not record or record.e then return 'unknown ' .. nonce end
local owner = redis.call('HGET', session, 'u')
if owner then return (owner == subject and 'same ' or 'other ') .. nonce end
redis.call('HSET', session, 'u', subject)
if subject_name ~= '' then redis.call('HSET', session, 'v', subject_name) end
return 'attached ' .. nonce
