-- Calls off a batch, and all that is in it. One that is or was called off stays as it is.
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
-- ARGV[3] reason: an empty string when none was told
-- ARGV[4] by: the same
-- Returns nil when there is no such batch; "won" when it has succeeded, and has ended; or
-- "called off"

local batches = batches()
local batch = KEYS[8]
local now, bid, reason, by = unpack(ARGV)

if not batches.isThere(bid) then return false end
local wonAt, endedAt = unpack(redis.call('HMGET', batch .. bid, 'wonAt', 'endedAt'))
if wonAt and endedAt then return 'won' end
lifecycle().close(bid, now, reason, by)

return 'called off'
