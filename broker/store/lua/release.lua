-- Takes back jobs that were handed out to nobody, or to a worker that gives them back: each returns to
-- the place that it had. One that can't be read here stays until its reservation ends.
-- Uses records
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] working
-- KEYS[5] reservations
-- KEYS[6] notices
-- ARGV[1] origin: the broker that need not be told of what it did itself
-- ARGV[2] each jid
-- ARGV[3] each call: the one that handed it out; what another call handed out since stays. Empty
--   when it is taken back whichever it was
-- ARGV[4] each token: of the lease that the worker has; 0 for a worker that names none
-- Returns for each job the queue that it is in again, nil when it was not reserved by that call, or 0
-- when the worker's lease is stale

local jobs, queues, prefix, working, reservations, notices = unpack(KEYS)
local released = {}

-- The queue that it went back to; false when it did not.
local function release(jid, place)
  local record = redis.call('HGET', jobs, jid)
  if not record then
    redis.log(redis.LOG_WARNING, 'millrace: a job without a record was in ' .. working)
    redis.call('ZREM', working, jid)
    redis.call('HDEL', reservations, jid)
    return false
  end
  local name = records.findQueue(record)
  if not name then return false end
  redis.call('ZREM', working, jid)
  redis.call('HDEL', reservations, jid)
  redis.call('SADD', queues, name)
  redis.call('ZADD', prefix .. name, place, jid)
  redis.call('PUBLISH', notices, 'queue ' .. name .. ' ' .. ARGV[1])
  return name
end

for index = 2, #ARGV, 3 do
  local jid, call, token = unpack(ARGV, index, index + 2)
  local reservation = redis.call('HGET', reservations, jid) or ''
  local leased, place, by = reservation:match('^(%S+) %S+ (%S+) (%S+) ')
  local isStale = token ~= '0' and leased ~= token
  local isMeant = by and (call == '' or by == call)
  released[#released + 1] = isStale and 0 or isMeant and release(jid, place) or false
end

return released
