-- Jobs that were called off while they are being worked on. However such a job ends, it is cancelled.
-- May use endings
-- KEYS cancelling, cancelled

local recalled = {}

-- Which of these jobs are called off: a set of jids.
function recalled.among(jids)
  local found = {}
  for index, isCalledOff in ipairs(redis.call('SMISMEMBER', cancelling, unpack(jids))) do
    if isCalledOff == 1 then found[jids[index]] = true end
  end
  return found
end

-- They have ended, and are out of `working`: they are kept for a while.
function recalled.keep(jids, now)
  if #jids == 0 then return end
  local ends = {}
  for _, jid in ipairs(jids) do
    ends[#ends + 1] = now
    ends[#ends + 1] = jid
  end
  redis.call('ZADD', cancelled, unpack(ends))
  redis.call('SREM', cancelling, unpack(jids))
  endings().keep(jids, now)
end

return recalled
