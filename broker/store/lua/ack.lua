-- Ends jobs that a worker has done: nothing is left of them but the count.
-- KEYS[1] jobs
-- KEYS[2] working
-- KEYS[3] reservations
-- KEYS[4] counters
-- KEYS[5] history
-- ARGV[1] day: YYYY-MM-DD
-- ARGV[2] each jid
-- Returns for each job: 1 when it was done now, 0 when it was not being worked on

local jobs, working, reservations, counters, history = unpack(KEYS)
local done = {}
local count = 0

for index = 2, #ARGV do
  local jid = ARGV[index]
  local removed = redis.call('ZREM', working, jid)
  if removed == 1 then
    redis.call('HDEL', jobs, jid)
    redis.call('HDEL', reservations, jid)
    count = count + 1
  end
  done[#done + 1] = removed
end

if count > 0 then
  redis.call('HINCRBY', counters, 'processed', count)
  redis.call('HINCRBY', history, 'processed:' .. ARGV[1], count)
end

return done
