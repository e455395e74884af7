-- Ends jobs that a worker has done and that are kept for a while, with what came of them. One that can't
-- be read here stays until its reservation ends. One that was called off is cancelled all the same.
-- Uses records, runs, endings, cancellations, tracking
-- KEYS[1] jobs
-- KEYS[2] working
-- KEYS[3] reservations
-- KEYS[4] done
-- KEYS[5] counters
-- KEYS[6] history
-- KEYS[7] ties
-- KEYS[8] cancelling
-- KEYS[9] cancelled
-- KEYS[10] groups
-- KEYS[11] progress
-- KEYS[12] stalling
-- KEYS[13] flushes
-- KEYS[14] batch
-- KEYS[15] queue
-- KEYS[16] queues
-- KEYS[17] sequence
-- KEYS[18] notices
-- ARGV[1] now
-- ARGV[2] day: YYYY-MM-DD
-- ARGV[3] each jid
-- ARGV[4] each token: of the lease that the worker has; 0 for a worker that names none
-- ARGV[5] each forgetAt
-- ARGV[6] each result: JSON, or an empty string for none
-- Returns for each job "done"; "cancelled"; "unknown" when it was not being worked on; "stale" when it is
-- not the worker's any longer; "unreadable" and the version of the record, which is empty when that is
-- damaged; or "later" when it is to be asked for again, since the jobs before it were large

local records, runs = records(), runs()
local jobs, working, reservations, done, counters, history = unpack(KEYS, 1, 6)
local cancelling = KEYS[8]
local now, day = tonumber(ARGV[1]), ARGV[2]
local MAX_BYTES = 1048576
local isAnyCalledOff = redis.call('EXISTS', cancelling) == 1
local rewritten = 0
local completed, results = {}, {}

local function endReservation(jid)
  redis.call('ZREM', working, jid)
  redis.call('HDEL', reservations, jid)
end

local function complete(jid, token, forgetAt, result)
  local run = runs.read(redis.call('HGET', reservations, jid))
  if token ~= '0' and run.token ~= token then return 'stale' end
  if not run.token then return 'unknown' end
  if rewritten > MAX_BYTES then return 'later' end
  if isAnyCalledOff and redis.call('SISMEMBER', cancelling, jid) == 1 then
    rewritten = rewritten + cancellations().conclude(jid, now, day)
    return 'cancelled'
  end
  local record = redis.call('HGET', jobs, jid)
  local header, textStart = records.unpackHeader(record)
  if not header then return 'unreadable ' .. tostring(textStart or '') end
  runs.note(header, run, now, 'done')
  header.endedAt = now
  header.result = result ~= '' and result or nil
  rewritten = rewritten + #record
  redis.call('HSET', jobs, jid, cmsgpack.pack(header) .. record:sub(textStart + 1))
  redis.call('ZADD', done, forgetAt, jid)
  endReservation(jid)
  completed[#completed + 1] = jid
  results[jid] = header.result
  return 'done'
end

local outcomes = {}
for index = 3, #ARGV, 4 do outcomes[#outcomes + 1] = complete(unpack(ARGV, index, index + 3)) end

if #completed > 0 then
  redis.call('HINCRBY', counters, 'processed', #completed)
  redis.call('HINCRBY', history, 'processed:' .. day, #completed)
  tracking().ended(completed, 'success', now)
  endings().stored(completed, now, results)
end

return outcomes
