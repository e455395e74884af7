-- Deletes cancelled jobs that ended too long ago, and the oldest of those that are too many.
-- Uses endings
-- KEYS[1] jobs
-- KEYS[2] cancels
-- KEYS[3] cancelled
-- KEYS[4] ties
-- KEYS[5] groups
-- KEYS[6] batch
-- KEYS[7] queue
-- KEYS[8] queues
-- KEYS[9] sequence
-- KEYS[10] notices
-- ARGV[1] endedBefore: what ended before this is too old
-- ARGV[2] keep: how many may stay
-- ARGV[3] limit: how many are deleted at the most
-- ARGV[4] now
-- Returns how many were deleted

local jobs, cancels, cancelled = unpack(KEYS, 1, 3)
local keep, limit = tonumber(ARGV[2]), tonumber(ARGV[3])

local tooOld = redis.call('ZCOUNT', cancelled, '-inf', '(' .. ARGV[1])
local tooMany = redis.call('ZCARD', cancelled) - keep
local count = math.min(math.max(tooOld, tooMany), limit)
if count <= 0 then return 0 end

local purged = redis.call('ZRANGE', cancelled, 0, count - 1)
redis.call('HDEL', jobs, unpack(purged))
redis.call('HDEL', cancels, unpack(purged))
redis.call('ZREMRANGEBYRANK', cancelled, 0, count - 1)
endings().gone(purged, ARGV[4])

return #purged
