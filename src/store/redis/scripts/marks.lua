-- What is kept of a subject besides the index of its sessions. Equal to src/session/subject-marks.ts;
-- the conformance suite keeps them equal.
--
-- The marks of a subject are a hash: b = logins before this instant are over, t = when it was locked
-- or unlocked last, l = until when it is locked (ms, `forever`, `unlocked`), r = why, as the operator
-- gave it. Absent without an end, a lock or an unlock.
--
-- The index of many subjects is a sorted set. A member is 16 characters of the subject key and the
-- session key. Its score is PREFIX * 2^40 + when it entered, in ms from INDEX_EPOCH: 12 bits of the
-- subject key keep its sessions together, the newest last. Scores are below 2^52, so that Redis
-- stores them as integers.

local INDEX_EPOCH = 1700000000000
local ENTERED_MAX = 2 ^ 40

local function index_score(prefix, at)
  return prefix * ENTERED_MAX + math.min(math.max(at - INDEX_EPOCH, 0), ENTERED_MAX - 1)
end

local function entered_at(score)
  return score % ENTERED_MAX + INDEX_EPOCH
end

local function read_marks(marks)
  local fields = redis.call('HMGET', marks, 'b', 'l', 't')
  return { b = tonumber(fields[1] or nil), l = fields[2] or nil, t = tonumber(fields[3] or nil) }
end

-- Until when the subject is locked; nil if it is not.
local function locked_until(found, clock)
  local lock = found.l
  if not lock or lock == 'unlocked' then return nil end
  if lock == 'forever' or tonumber(lock) > clock then return lock end
end

-- Keeps the marks as long as the credentials of the subject matter, and as long as its lock holds.
local function keep_marks(marks, found, retention, clock)
  if found.l == 'forever' then
    redis.call('PERSIST', marks)
    return
  end
  local left = redis.call('PTTL', marks)
  local kept_until = left >= retention and clock + left or clock + retention + DAY_MS
  redis.call('PEXPIREAT', marks, integer(math.max(kept_until, tonumber(found.l) or 0)))
end
