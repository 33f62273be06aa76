-- What touch.lua and open.lua share about live sessions. Their first nine arguments are the same.
--
-- The functions name their arguments themselves. To name all of them once for the script would cost
-- 3 % of each check: a script creates all its functions each time that it runs, and that takes longer
-- for each local of the script that a function uses.

-- Counts the request as activity if the policy allows it. Returns what came of it.
local function refresh(session, record, now)
  local is_activity, touch_interval = ARGV[5], ARGV[6]
  if is_activity ~= '1' then return 'passive' end
  local pause = now - record.a
  if pause < tonumber(touch_interval) then return 'skipped' end
  if pause > record.g then
    record.g = pause
    redis.call('HSET', session, 'a', integer(now), 'g', integer(pause))
  elseif pause > 0 then
    redis.call('HSET', session, 'a', integer(now))
  end
  record.a = now
  return 'moved'
end

-- Refreshes a session that has reached no limit, and returns the reply; nil if it has reached one.
-- `opened` is 1 if this script has just written the record, and that write counts as activity; else
-- 0.
local function live_reply(session, record, clock, opened)
  local nonce, idle, absolute = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
  local now = present_of(record, clock)
  if reaches(record, idle, absolute) <= now then return nil end
  local activity = refresh(session, record, now)
  if opened == 1 and activity == 'skipped' then activity = 'moved' end
  return string.format('live %s %d %d %d %d %s %d', nonce, now, record.s, record.a, record.g, activity, opened)
end
