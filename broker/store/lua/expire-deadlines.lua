-- Calls off batches whose time is up. They have failed, and call whom they have for that.
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
-- Returns the bids, and then when the next one is due: an empty string when there is none

local batches = batches()
local deadlines = KEYS[8] .. 'deadlines'
local now, limit = tonumber(ARGV[1]), ARGV[2]

local due = redis.call('ZRANGEBYSCORE', deadlines, '-inf', now, 'LIMIT', 0, limit)
for _, bid in ipairs(due) do
  redis.call('ZREM', deadlines, bid)
  if batches.isThere(bid) and not batches.isCancelled(bid) then
    batches.fail(bid, now)
    lifecycle().close(bid, now, 'its time is up', 'deadline')
  end
end
local _, nextAt = unpack(redis.call('ZRANGE', deadlines, 0, 0, 'WITHSCORES'))
due[#due + 1] = nextAt or ''

return due
