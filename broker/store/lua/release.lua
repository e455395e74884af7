-- Takes back jobs that were handed out to nobody, or to a worker that gives them back: each returns to
-- the place that it had. One that can't be read here stays until its reservation ends. One that was called
-- off is cancelled.
-- Uses records, runs, endings, cancellations
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] working
-- KEYS[5] reservations
-- KEYS[6] notices
-- KEYS[7] cancelling
-- KEYS[8] cancelled
-- KEYS[9] counters
-- KEYS[10] history
-- KEYS[11] ties
-- KEYS[12] groups
-- KEYS[13] sequence
-- KEYS[14] batch
-- ARGV[1] origin: the broker that need not be told of what it did itself
-- ARGV[2] now
-- ARGV[3] day: YYYY-MM-DD
-- ARGV[4] each jid
-- ARGV[5] each call: the one that handed it out, and nobody got it; what another call handed out since
--   stays. Empty when a worker gives it back, whichever it was: then a run is over
-- ARGV[6] each token: of the lease that the worker has; 0 for a worker that names none
-- Returns for each job the queue that it is in again, nil when it was not reserved by that call, 0 when
-- the worker's lease is stale, 1 when it is cancelled, or 2 when it is to be asked for again, since the
-- jobs before it were large

local records, runs = records(), runs()
local jobs, queues, prefix, working, reservations, notices, cancelling = unpack(KEYS, 1, 7)
local origin, now, day = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local STALE, CANCELLED, LATER = 0, 1, 2
local MAX_BYTES = 1048576
local isAnyCalledOff = redis.call('EXISTS', cancelling) == 1
local rewritten = 0
local isAnyBack = false
local released = {}

local function endReservation(jid)
  redis.call('ZREM', working, jid)
  redis.call('HDEL', reservations, jid)
end

-- In a record that is not sound nothing is noted.
local function noteInterrupted(jid, record, run)
  local header, textStart = records.unpackHeader(record)
  if not header then return end
  runs.note(header, run, now, 'interrupted')
  rewritten = rewritten + #record
  redis.call('HSET', jobs, jid, cmsgpack.pack(header) .. record:sub(textStart + 1))
end

-- The queue that it went back to; false when it did not.
local function release(jid, run, isBegun)
  if isAnyCalledOff and redis.call('SISMEMBER', cancelling, jid) == 1 then
    if isBegun then
      rewritten = rewritten + cancellations().conclude(jid, now, day)
    else
      cancellations().takeBack(jid, now)
    end
    return CANCELLED
  end
  local record = redis.call('HGET', jobs, jid)
  if not record then
    redis.log(redis.LOG_WARNING, 'millrace: a job without a record was in ' .. working)
    endings().gone({ jid }, now)
    endReservation(jid)
    return false
  end
  local name = records.findQueue(record)
  if not name then return false end
  if isBegun then noteInterrupted(jid, record, run) end
  endReservation(jid)
  redis.call('SADD', queues, name)
  redis.call('ZADD', prefix .. name, run.place, jid)
  redis.call('PUBLISH', notices, 'queue ' .. name .. ' ' .. origin)
  isAnyBack = true
  return name
end

local function take(jid, call, token)
  local run = runs.read(redis.call('HGET', reservations, jid))
  if token ~= '0' and run.token ~= token then return STALE end
  local isBegun = call == ''
  if not run.call or not isBegun and run.call ~= call then return false end
  if rewritten > MAX_BYTES then return LATER end
  return release(jid, run, isBegun)
end

for index = 4, #ARGV, 3 do released[#released + 1] = take(unpack(ARGV, index, index + 2)) end

-- They have their old places; but that there is something new in a queue is to be seen (keep-alive.lua).
if isAnyBack then redis.call('INCR', KEYS[13]) end

return released
