-- Takes back jobs that were handed out to nobody, or to a worker that gives them back: each returns to
-- the place that it had. One that can't be read here stays until its reservation ends. One that was called
-- off is cancelled.
-- Uses records
-- May use recalled
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] working
-- KEYS[5] reservations
-- KEYS[6] notices
-- KEYS[7] cancelling
-- KEYS[8] cancelled
-- ARGV[1] origin: the broker that need not be told of what it did itself
-- ARGV[2] now
-- ARGV[3] each jid
-- ARGV[4] each call: the one that handed it out; what another call handed out since stays. Empty
--   when it is taken back whichever it was
-- ARGV[5] each token: of the lease that the worker has; 0 for a worker that names none
-- Returns for each job the queue that it is in again, nil when it was not reserved by that call, 0 when
-- the worker's lease is stale, or 1 when it is cancelled

local jobs, queues, prefix, working, reservations, notices, cancelling = unpack(KEYS, 1, 7)
local origin, now = ARGV[1], ARGV[2]
local STALE, CANCELLED = 0, 1
local isAnyCalledOff = redis.call('EXISTS', cancelling) == 1
local released = {}

local function endReservation(jid)
  redis.call('ZREM', working, jid)
  redis.call('HDEL', reservations, jid)
end

-- The queue that it went back to; false when it did not.
local function release(jid, place)
  if isAnyCalledOff and redis.call('SISMEMBER', cancelling, jid) == 1 then
    endReservation(jid)
    recalled().keep({ jid }, now)
    return CANCELLED
  end
  local record = redis.call('HGET', jobs, jid)
  if not record then
    redis.log(redis.LOG_WARNING, 'millrace: a job without a record was in ' .. working)
    endReservation(jid)
    return false
  end
  local name = records.findQueue(record)
  if not name then return false end
  endReservation(jid)
  redis.call('SADD', queues, name)
  redis.call('ZADD', prefix .. name, place, jid)
  redis.call('PUBLISH', notices, 'queue ' .. name .. ' ' .. origin)
  return name
end

for index = 3, #ARGV, 3 do
  local jid, call, token = unpack(ARGV, index, index + 2)
  local reservation = redis.call('HGET', reservations, jid) or ''
  local leased, place, by = reservation:match('^(%S+) %S+ (%S+) (%S+) ')
  local isStale = token ~= '0' and leased ~= token
  local isMeant = by and (call == '' or by == call)
  released[#released + 1] = isStale and STALE or isMeant and release(jid, place) or false
end

return released
