-- Commits a batch: all its jobs are there, and its callbacks are called when they are due. One that waits
-- may start now. To commit it again looks only whether anything is due.
-- Uses batches, gates
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] queues
-- KEYS[4] sequence
-- KEYS[5] notices
-- KEYS[6] ties
-- KEYS[7] groups
-- KEYS[8] batch
-- ARGV[1] now
-- ARGV[2] bid
-- Returns "committed"; nil when there is no such batch; or "cancelled" of one that was called off before

local batches = batches()
local batch = KEYS[8]
local now, bid = tonumber(ARGV[1]), ARGV[2]

if not batches.isThere(bid) then return false end
local isLate = redis.call('HEXISTS', batch .. bid, 'committedAt') == 0 and batches.isCancelled(bid)
if isLate then return 'cancelled' end
local isFirst = redis.call('HSETNX', batch .. bid, 'committedAt', now) == 1
redis.call('ZREM', batch .. 'uncommitted', bid)
local isGated = redis.call('HEXISTS', batch .. bid, 'isGated') == 1
if isFirst and isGated then gates().pass(bid, now) end
batches.settle(bid, now)

return 'committed'
