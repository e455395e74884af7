-- Deletes all jobs, queues, pauses and counts. Workers stay: they are connected, and beat on.
-- The sequence goes on, so that a place in a queue is never given twice. What was told of the progress of
-- jobs, and their figures, expire, and have names by which nobody asks any longer.
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] scheduled
-- KEYS[5] retries
-- KEYS[6] working
-- KEYS[7] reservations
-- KEYS[8] dead
-- KEYS[9] done
-- KEYS[10] paused
-- KEYS[11] removals
-- KEYS[12] removed
-- KEYS[13] revived
-- KEYS[14] counters
-- KEYS[15] history
-- KEYS[16] ties
-- KEYS[17] cancelling
-- KEYS[18] cancelled
-- KEYS[19] cancels
-- KEYS[20] stalling
-- KEYS[21] jobtypes
-- KEYS[22] notices
-- KEYS[23] groups
-- KEYS[24] flushes
-- KEYS[25] batch
-- Returns nothing

local queues, queue, removals, removed = KEYS[2], KEYS[3], KEYS[11], KEYS[12]
local notices, groups, flushes, batch = unpack(KEYS, 22, 25)

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
local PARTS = { '', ':children', ':held', ':start', ':success', ':end', ':results' }
for _, bid in ipairs(redis.call('SMEMBERS', batch .. 'all')) do
  local key, tags = unpack(redis.call('HMGET', batch .. bid, 'key', 'tags'))
  if key then redis.call('UNLINK', batch .. 'list:key:' .. key, batch .. 'line:' .. key) end
  for _, tag in ipairs(tags and cmsgpack.unpack(tags) or {}) do redis.call('UNLINK', batch .. 'list:tag:' .. tag) end
  for _, part in ipairs(PARTS) do redis.call('UNLINK', batch .. bid .. part) end
  redis.call('UNLINK', groups .. 'cancel:batch:' .. bid)
end
-- Of one that is forgotten something may be left to be done.
for _, chore in ipairs(redis.call('ZRANGE', batch .. 'chores', 0, -1)) do
  for _, part in ipairs(PARTS) do redis.call('UNLINK', batch .. chore:match('%S+$') .. part) end
end
for _, name in ipairs({ 'all', 'list:', 'uncommitted', 'deadlines', 'finished', 'chores' }) do
  redis.call('UNLINK', batch .. name)
end
redis.call('UNLINK', groups .. 'names', groups .. 'closed', groups .. 'ended')
redis.call('UNLINK', unpack(KEYS, 1, 21))
redis.call('INCR', flushes)
redis.call('PUBLISH', notices, 'flushed')

return false
