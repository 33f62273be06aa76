-- The time, as scripts read and write it: whole milliseconds since 1970.

-- The server's clock. Call it once in a script, because it goes on while a script runs.
local function server_clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function integer(number)
  return string.format('%d', number)
end
