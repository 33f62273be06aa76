-- What the replies about a session say of its subject and its own limits.

-- The session's own limits, or - for each that it does not have.
local function own_words(record)
  local own = record.own
  if not own then return ' - -' end
  local function word(limit)
    return limit and integer(limit) or '-'
  end
  return ' ' .. word(own.idle) .. ' ' .. word(own.absolute)
end

-- Whose session it is, compared with the subject of the request; - if it names none.
local function whose_words(session, subject)
  if not subject or subject == '' then return ' -' end
  local owner = redis.call('HGET', session, 'u')
  if not owner then return ' none' end
  return owner == subject and ' same' or ' other'
end
