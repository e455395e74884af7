-- Takes back jobs that were handed out to nobody: each returns to the place that it had.
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] working
-- KEYS[5] reservations
-- KEYS[6] notices
-- ARGV[1] origin: the broker that need not be told of what it did itself
-- ARGV[2] each jid
-- ARGV[3] each call: the one that handed it out; what another call handed out since stays
-- Returns for each job: 1 when it was taken back, 0 when it was not reserved by that call

local jobs, queues, prefix, working, reservations, notices = unpack(KEYS)
local released = {}

for index = 2, #ARGV, 2 do
  local jid, call = ARGV[index], ARGV[index + 1]
  local packed = redis.call('HGET', reservations, jid)
  local reservation = packed and cmsgpack.unpack(packed)
  released[#released + 1] = 0
  if reservation and reservation.call == call then
    local _, header = cmsgpack.unpack_one(redis.call('HGET', jobs, jid))
    redis.call('ZREM', working, jid)
    redis.call('HDEL', reservations, jid)
    redis.call('SADD', queues, header.queue)
    redis.call('ZADD', prefix .. header.queue, reservation.place, jid)
    redis.call('PUBLISH', notices, 'queue ' .. header.queue .. ' ' .. ARGV[1])
    released[#released] = 1
  end
end

return released
