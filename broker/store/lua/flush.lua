-- Deletes all jobs, queues and counts. Workers stay: they are connected, and beat on.
-- The sequence goes on, so that a place in a queue is never given twice.
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] scheduled
-- KEYS[5] retries
-- KEYS[6] working
-- KEYS[7] reservations
-- KEYS[8] dead
-- KEYS[9] counters
-- KEYS[10] history
-- Returns nothing

local jobs, queues, prefix, scheduled, retries, working, reservations, dead, counters, history =
  unpack(KEYS)

for _, name in ipairs(redis.call('SMEMBERS', queues)) do redis.call('UNLINK', prefix .. name) end
redis.call('UNLINK', jobs, queues, scheduled, retries, working, reservations, dead, counters, history)

return false
