-- Puts off jobs that are being worked on: each waits in scheduled until its time. None has failed, and
-- nothing is counted but the run. One that can't be read here stays until its reservation ends. One that
-- was called off is cancelled.
-- Uses records, runs, cancellations
-- KEYS[1] jobs
-- KEYS[2] working
-- KEYS[3] reservations
-- KEYS[4] scheduled
-- KEYS[5] cancelling
-- KEYS[6] cancelled
-- KEYS[7] counters
-- KEYS[8] history
-- KEYS[9] ties
-- KEYS[10] groups
-- KEYS[11] batch
-- KEYS[12] queue
-- KEYS[13] queues
-- KEYS[14] sequence
-- KEYS[15] notices
-- ARGV[1] now
-- ARGV[2] day: YYYY-MM-DD
-- ARGV[3] each jid
-- ARGV[4] each due: when it may run again
-- ARGV[5] each token: of the lease that the worker has; 0 for a worker that names none
-- Returns for each job "snoozed"; "cancelled"; "unknown" when it was not being worked on; "stale" when it is not the
-- worker's any longer; "unreadable" and the version of the record, which is empty when that is damaged;
-- or "later" when it is to be asked for again, since the jobs before it were large

local records, runs = records(), runs()
local jobs, working, reservations, scheduled, cancelling = unpack(KEYS, 1, 5)
local now, day = tonumber(ARGV[1]), ARGV[2]
local MAX_BYTES = 1048576
local isAnyCalledOff = redis.call('EXISTS', cancelling) == 1
local rewritten = 0

local function endReservation(jid)
  redis.call('ZREM', working, jid)
  redis.call('HDEL', reservations, jid)
end

local function snooze(jid, due, token)
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
  runs.note(header, run, now, 'snoozed')
  header.enqueuedAt = nil
  rewritten = rewritten + #record
  redis.call('HSET', jobs, jid, cmsgpack.pack(header) .. record:sub(textStart + 1))
  redis.call('ZADD', scheduled, due, jid)
  endReservation(jid)
  return 'snoozed'
end

local outcomes = {}
for index = 3, #ARGV, 3 do outcomes[#outcomes + 1] = snooze(unpack(ARGV, index, index + 2)) end

return outcomes
