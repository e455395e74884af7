-- Does with a batch, and those around it, what is due; after what was done with those in it in another step.
-- Uses batches
-- KEYS[1] batch
-- KEYS[2] ties
-- KEYS[3] groups
-- KEYS[4] jobs
-- KEYS[5] queue
-- KEYS[6] queues
-- KEYS[7] sequence
-- KEYS[8] notices
-- ARGV[1] now
-- ARGV[2] bid

local batch = KEYS[1]
local now, bid = tonumber(ARGV[1]), ARGV[2]

redis.call('ZREM', batch .. 'chores', 'settle ' .. bid)
batches().settle(bid, now)

return 0
