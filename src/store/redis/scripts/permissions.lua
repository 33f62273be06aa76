#!lua flags=no-writes
-- Tries every command that the scripts, the sweeper and administration use, and finds those that
-- the user may not run.
-- Changes nothing: the server looks at the permissions of a command first, and then refuses every
-- command that would write, because of no-writes. The others read a key that is never written.
-- It also runs on a server that refuses writes for another reason, such as too few replicas.
--
-- KEYS  a key that is never written
-- ARGV  nonce
-- Reply permitted NONCE, then each command that the user may not run

local key = KEYS[1]
local words = { 'permitted', ARGV[1] }

-- The first text is that of Redis 7.0 and 7.2, the second that of later ones and of Valkey.
local function is_forbidden(text)
  return string.find(text, "The user executing the script can't", 1, true)
    or string.find(text, 'ACL failure in script', 1, true)
end

local function try(command, ...)
  local reply = redis.pcall(command, ...)
  if type(reply) == 'table' and reply.err and is_forbidden(reply.err) then
    words[#words + 1] = string.lower(command)
  end
end

try('EXISTS', key)
try('HDEL', key, 'f')
try('HGET', key, 'f')
try('HGETALL', key)
try('HINCRBY', key, 'f', 1)
try('HMGET', key, 'f')
try('HSET', key, 'f', 1)
try('PERSIST', key)
try('PEXPIREAT', key, 1)
try('PTTL', key)
try('SPUBLISH', (string.match(key, '^.-}:') or 'curfew:1:') .. 'ends', '')
try('TIME')
try('XADD', key, '*', 'f', 1)
try('XRANGE', key, '-', '+', 'COUNT', 1)
try('XREAD', 'COUNT', 1, 'STREAMS', key, '0')
try('XREVRANGE', key, '+', '-', 'COUNT', 1)
try('ZADD', key, 1, 'm')
try('ZCARD', key)
try('ZRANGE', key, 0, 0)
try('ZREM', key, 'm')
try('ZSCAN', key, 0)
try('ZSCORE', key, 'm')
return table.concat(words, ' ')
