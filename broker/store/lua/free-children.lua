-- Sets some of the batches free that were in one which is forgotten: each is an outermost one from now on.
-- Uses gates, lifecycle
-- KEYS[1] batch
-- KEYS[2] sequence
-- KEYS[3] notices
-- KEYS[4] ties
-- KEYS[5] groups
-- KEYS[6] jobs
-- KEYS[7] queue
-- KEYS[8] queues
-- ARGV[1] bid
-- ARGV[2] limit: how many at the most
-- Returns 1 when there are more, and 0 when that is done

local batch = KEYS[1]
local bid, limit = ARGV[1], tonumber(ARGV[2])
local children = batch .. bid .. ':children'

for _, child in ipairs(redis.call('ZRANGE', children, 0, limit - 1)) do
  local createdAt, endedAt = unpack(redis.call('HMGET', batch .. child, 'createdAt', 'endedAt'))
  redis.call('HDEL', batch .. child, 'parent')
  if createdAt then lifecycle().list(child, '', createdAt) end
  if endedAt then gates().finish(child, endedAt) end
  redis.call('ZREM', children, child)
end
if redis.call('EXISTS', children) == 1 then return 1 end
redis.call('ZREM', batch .. 'chores', 'free ' .. bid)

return 0
