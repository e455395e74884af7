-- Deletes some of the jobs that clear.lua and remove-queues.lua have set aside.
-- KEYS[1] jobs
-- KEYS[2] removals
-- KEYS[3] removed
-- ARGV[1] limit: how many at the most
-- Returns how many were deleted; 0 when none are left

local jobs, removals, prefix = unpack(KEYS)
local removal = redis.call('SRANDMEMBER', removals)
if not removal then return 0 end

local removed = prefix .. removal
local popped = redis.call('ZPOPMIN', removed, ARGV[1])
for index = 1, #popped, 2 do redis.call('HDEL', jobs, popped[index]) end
if redis.call('EXISTS', removed) == 0 then redis.call('SREM', removals, removal) end

return #popped / 2
