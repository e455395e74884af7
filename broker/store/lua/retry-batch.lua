-- Has a batch run again what of it has died or was cancelled; what is done stays so. It goes on in steps,
-- with the batches in it.
-- Uses batches, lifecycle, gates
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
-- Returns {"retried"}; {"no batch"}; {"uncommitted"} of one that never was committed; {"cancelling"} of one
-- that is being called off; {"forsaken", bid} of one that it waits for, and that is forgotten; {"cancelled",
-- bid} of the one around it that was called off; or {"runs", bid} of another with its key

local batches = batches()
local batch = KEYS[8]
local now, bid = tonumber(ARGV[1]), ARGV[2]

if not batches.isThere(bid) then return { 'no batch' } end
if redis.call('SISMEMBER', KEYS[7] .. 'closed', 'batch:' .. bid) == 1 then return { 'cancelling' } end
local parent, committedAt, forsakenBy = unpack(redis.call('HMGET', batch .. bid, 'parent', 'committedAt', 'forsakenBy'))
if not committedAt then return { 'uncommitted' } end
if forsakenBy then return { 'forsaken', forsakenBy } end
local around = parent and batches.findCancelled(parent)
if around then return { 'cancelled', around } end
local rival = gates().findRival(bid)
if rival then return { 'runs', rival } end

lifecycle().reopen(bid, now)

return { 'retried' }
