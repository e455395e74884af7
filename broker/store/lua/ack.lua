-- Ends jobs that a worker has done: nothing is left of them but the count, and of those that are tracked
-- what was told of them. One that was called off is cancelled all the same.
-- May use endings, recalled, tracking
-- KEYS[1] jobs
-- KEYS[2] working
-- KEYS[3] reservations
-- KEYS[4] counters
-- KEYS[5] history
-- KEYS[6] ties
-- KEYS[7] cancelling
-- KEYS[8] cancelled
-- KEYS[9] groups
-- KEYS[10] progress
-- KEYS[11] stalling
-- KEYS[12] flushes
-- ARGV[1] now
-- ARGV[2] day: YYYY-MM-DD
-- ARGV[3] each jid
-- ARGV[4] each token: of the lease that the worker has; 0 for a worker that names none
-- Returns a letter for each job: d when it was done now, c when it was called off and is cancelled now, u
-- when it was not being worked on, s when the worker's lease is stale: nothing has changed then

local jobs, working, reservations, counters, history, ties, cancelling = unpack(KEYS, 1, 7)
local now, day = ARGV[1], ARGV[2]
local NO_LEASE = '0'
local jids = {}
for index = 3, #ARGV, 2 do jids[#jids + 1] = ARGV[index] end
if #jids == 0 then return '' end

-- Every job in `working` has one; it begins with the token of its lease.
local held = redis.call('HMGET', reservations, unpack(jids))
local finished = {}
local outcomes = {}
local seen = {}

local function isUnder(token, reservation)
  return reservation and reservation:sub(1, #token + 1) == token .. ' '
end

for index, jid in ipairs(jids) do
  local token = ARGV[index * 2 + 2]
  local reservation = not seen[jid] and held[index]
  if token ~= NO_LEASE and not isUnder(token, reservation) then
    outcomes[index] = 's'
  elseif reservation then
    seen[jid] = true
    outcomes[index] = 'd'
    finished[#finished + 1] = jid
  else
    outcomes[index] = 'u'
  end
end

-- Of jobs that have ended those that are done; the others were called off, and are kept.
local function keepCalledOff()
  local isCalledOff = recalled().among(finished)
  local done, kept = {}, {}
  for _, jid in ipairs(finished) do
    local kind = isCalledOff[jid] and kept or done
    kind[#kind + 1] = jid
  end
  for index, jid in ipairs(jids) do
    if outcomes[index] == 'd' and isCalledOff[jid] then outcomes[index] = 'c' end
  end
  recalled().keep(kept, now)
  return done
end

if #finished > 0 then
  redis.call('ZREM', working, unpack(finished))
  redis.call('HDEL', reservations, unpack(finished))
  redis.call('HINCRBY', counters, 'processed', #finished)
  redis.call('HINCRBY', history, 'processed:' .. day, #finished)
  -- Most jobs have no ties, and few are called off: as a rule there are none anywhere.
  local isPlain = redis.call('EXISTS', ties, cancelling) == 0
  local done = isPlain and finished or keepCalledOff()
  if #done > 0 then redis.call('HDEL', jobs, unpack(done)) end
  if not isPlain then
    tracking().ended(done, 'success', now)
    endings().untie(done, now)
  end
end

return table.concat(outcomes)
