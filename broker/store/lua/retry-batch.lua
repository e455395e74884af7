-- Has a batch run again what of it has died or was cancelled; what is done stays so. It goes on in steps,
-- with the batches in it.
-- Uses batches, lifecycle
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
-- Returns {"retried"}; {"no batch"}; {"cancelling"} of one that is being called off; {"cancelled", bid} of the
-- one around it that was; or {"runs", bid} of another with its key

local batches = batches()
local batch = KEYS[8]
local now, bid = tonumber(ARGV[1]), ARGV[2]

if not batches.isThere(bid) then return { 'no batch' } end
if redis.call('SISMEMBER', KEYS[7] .. 'closed', 'batch:' .. bid) == 1 then return { 'cancelling' } end
local parent, key = unpack(redis.call('HMGET', batch .. bid, 'parent', 'key'))
local around = parent and batches.findCancelled(parent)
if around then return { 'cancelled', around } end
local other = key and redis.call('ZRANGE', batch .. 'line:' .. key, 0, 0)[1]
if other and other ~= bid then return { 'runs', other } end

if key then redis.call('ZADD', batch .. 'line:' .. key, now, bid) end
lifecycle().reopen(bid, now)

return { 'retried' }
