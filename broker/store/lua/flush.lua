-- Deletes all jobs, queues, pauses and counts. Workers stay: they are connected, and beat on.
-- The sequence goes on, so that a place in a queue is never given twice.
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] scheduled
-- KEYS[5] retries
-- KEYS[6] working
-- KEYS[7] reservations
-- KEYS[8] dead
-- KEYS[9] paused
-- KEYS[10] removals
-- KEYS[11] removed
-- KEYS[12] revived
-- KEYS[13] counters
-- KEYS[14] history
-- KEYS[15] ties
-- KEYS[16] cancelling
-- KEYS[17] cancelled
-- KEYS[18] cancels
-- KEYS[19] notices
-- KEYS[20] groups
-- Returns nothing

local queues, queue, removals, removed = KEYS[2], KEYS[3], KEYS[10], KEYS[11]
local notices, groups = KEYS[19], KEYS[20]

for _, name in ipairs(redis.call('SMEMBERS', queues)) do redis.call('UNLINK', queue .. name) end
for _, name in ipairs(redis.call('SMEMBERS', removals)) do redis.call('UNLINK', removed .. name) end
for _, name in ipairs(redis.call('SMEMBERS', groups .. 'names')) do
  redis.call('UNLINK', groups .. 'jobs:' .. name)
end
for _, name in ipairs(redis.call('SMEMBERS', groups .. 'closed')) do
  redis.call('UNLINK', groups .. 'cancel:' .. name)
end
for _, name in ipairs(redis.call('ZRANGE', groups .. 'ended', 0, -1)) do
  redis.call('UNLINK', groups .. 'cancel:' .. name)
end
redis.call('UNLINK', groups .. 'names', groups .. 'closed', groups .. 'ended')
redis.call('UNLINK', unpack(KEYS, 1, 18))
redis.call('PUBLISH', notices, 'flushed')

return false
