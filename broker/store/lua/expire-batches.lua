-- Ends batches that were not committed in time: those around them wait for them no longer. One that has
-- held its jobs is called off. Any other is forgotten, and its jobs are jobs as any other from now on.
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
-- ARGV[2] limit: how many at the most
-- Returns the bids of those that have ended

local batches = batches()
local batch = KEYS[8]
local now, limit = tonumber(ARGV[1]), ARGV[2]

local expired = redis.call('ZRANGEBYSCORE', batch .. 'uncommitted', '-inf', now, 'LIMIT', 0, limit)
for _, bid in ipairs(expired) do
  redis.call('ZREM', batch .. 'uncommitted', bid)
  local parent, isGated, createdAt = unpack(redis.call('HMGET', batch .. bid, 'parent', 'isGated', 'createdAt'))
  if parent then
    batches.leave(bid, parent, now)
    redis.call('HDEL', batch .. bid, 'parent')
    if isGated then lifecycle().list(bid, '', createdAt) end
  end
  if isGated then lifecycle().close(bid, now, 'it was not committed', 'millrace') else lifecycle().forget(bid, now) end
end

return expired
