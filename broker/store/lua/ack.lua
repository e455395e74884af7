-- Ends jobs that a worker has done: nothing is left of them but the count, and of those that are tracked
-- what was told of them. One that was called off is cancelled all the same.
-- Uses membership, endings, cancellations, tracking
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
-- KEYS[13] batch
-- KEYS[14] queue
-- KEYS[15] queues
-- KEYS[16] sequence
-- KEYS[17] notices
-- ARGV[1] now
-- ARGV[2] day: YYYY-MM-DD
-- ARGV[3] each jid
-- ARGV[4] each token: of the lease that the worker has; 0 for a worker that names none
-- Returns a letter for each job: d when it was done now, c when it was called off and is cancelled now, u
-- when it was not being worked on, s when the worker's lease is stale, w when it is to be asked for again,
-- since the jobs before it were large, or of many batches: nothing has changed then

local jobs, working, reservations, counters, history, ties, cancelling = unpack(KEYS, 1, 7)
local now, day = tonumber(ARGV[1]), ARGV[2]
local MAX_BYTES = 1048576
local NO_LEASE = '0'
local jids = {}
for index = 3, #ARGV, 2 do jids[#jids + 1] = ARGV[index] end
if #jids == 0 then return '' end

-- Every job in `working` has one; it begins with the token of its lease.
local held = redis.call('HMGET', reservations, unpack(jids))
-- Most jobs have no ties, and few are called off: as a rule there are none anywhere.
local isPlain = redis.call('EXISTS', ties, cancelling) == 0
local finished = {}
local outcomes = {}
local seen = {}
local rewritten = 0

-- What follows from the end of a job may be the end of its batch, which is more work than all else here.
local MAX_BATCHES = 30
local batchOf, isMet, batchCount = {}, {}, 0
if not isPlain then
  for _, job in ipairs(membership().read(jids)) do batchOf[job.jid] = job.ties.batch end
end

-- Whether a job is of one batch more than are looked at in one call.
local function isOfOneTooMany(jid)
  local bid = batchOf[jid]
  if not bid or isMet[bid] then return false end
  if batchCount == MAX_BATCHES then return true end
  isMet[bid] = true
  batchCount = batchCount + 1
  return false
end

local function isUnder(token, reservation)
  return reservation and reservation:sub(1, #token + 1) == token .. ' '
end

-- What becomes of a job that was called off.
local function cancel(jid)
  if rewritten > MAX_BYTES then return 'w' end
  rewritten = rewritten + cancellations().conclude(jid, now, day)
  return 'c'
end

for index, jid in ipairs(jids) do
  local token = ARGV[index * 2 + 2]
  local reservation = not seen[jid] and held[index]
  if token ~= NO_LEASE and not isUnder(token, reservation) then
    outcomes[index] = 's'
  elseif not reservation then
    outcomes[index] = 'u'
  elseif not isPlain and redis.call('SISMEMBER', cancelling, jid) == 1 then
    outcomes[index] = cancel(jid)
    seen[jid] = outcomes[index] == 'c'
  elseif isOfOneTooMany(jid) then
    outcomes[index] = 'w'
  else
    seen[jid] = true
    outcomes[index] = 'd'
    finished[#finished + 1] = jid
  end
end

if #finished > 0 then
  redis.call('ZREM', working, unpack(finished))
  redis.call('HDEL', jobs, unpack(finished))
  redis.call('HDEL', reservations, unpack(finished))
  redis.call('HINCRBY', counters, 'processed', #finished)
  redis.call('HINCRBY', history, 'processed:' .. day, #finished)
end
if not isPlain then
  tracking().ended(finished, 'success', now)
  endings().done(finished, now)
end

return table.concat(outcomes)
