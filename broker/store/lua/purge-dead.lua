-- Deletes dead jobs that are too old, and the oldest of those that are too many.
-- Uses endings
-- KEYS[1] jobs
-- KEYS[2] dead
-- KEYS[3] ties
-- KEYS[4] groups
-- KEYS[5] batch
-- KEYS[6] queue
-- KEYS[7] queues
-- KEYS[8] sequence
-- KEYS[9] notices
-- ARGV[1] diedBefore: who died before this is too old
-- ARGV[2] keep: how many may stay
-- ARGV[3] limit: how many are deleted at the most
-- ARGV[4] now
-- Returns how many were deleted

local jobs, dead = KEYS[1], KEYS[2]
local keep, limit = tonumber(ARGV[2]), tonumber(ARGV[3])

local tooOld = redis.call('ZCOUNT', dead, '-inf', '(' .. ARGV[1])
local tooMany = redis.call('ZCARD', dead) - keep
local count = math.min(math.max(tooOld, tooMany), limit)
if count <= 0 then return 0 end

local purged = redis.call('ZRANGE', dead, 0, count - 1)
redis.call('HDEL', jobs, unpack(purged))
redis.call('ZREMRANGEBYRANK', dead, 0, count - 1)
endings().gone(purged, ARGV[4])

return #purged
