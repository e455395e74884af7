-- Calls off some of the batches in one that is being called off.
-- Uses batches, lifecycle, closing, gates
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
-- ARGV[3] limit: how many at the most
-- Returns 1 when there are more, and 0 when that is done

local batches = batches()
local batch = KEYS[8]
local now, bid, limit = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local of = batch .. bid
local _, reason, by = closing().cause('batch:' .. bid)

if not gates().isDue('close ' .. bid) then return 0 end

local function close(child)
  local wonAt, endedAt, cancelledAt, isCounted =
    unpack(redis.call('HMGET', batch .. child, 'wonAt', 'endedAt', 'cancelledAt', 'isClosedWithParent'))
  if cancelledAt or isCounted or wonAt and endedAt then return end
  redis.call('HSET', batch .. child, 'isClosedWithParent', 1)
  redis.call('HINCRBY', of, 'closingChildren', 1)
  lifecycle().close(child, now, reason or '', by or '')
end

local after = redis.call('HGET', of, 'isClosingChildren') or 0
local children = redis.call('ZRANGEBYSCORE', of .. ':children', '(' .. after, '+inf', 'LIMIT', 0, limit)
for _, child in ipairs(children) do close(child) end
if #children == limit then
  redis.call('HSET', of, 'isClosingChildren', redis.call('ZSCORE', of .. ':children', children[limit]))
  return 1
end
redis.call('HDEL', of, 'isClosingChildren')
redis.call('ZREM', batch .. 'chores', 'close ' .. bid)
batches.settle(bid, now)

return 0
