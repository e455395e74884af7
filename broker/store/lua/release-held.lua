-- Lets some jobs of a batch go that waits for nothing any longer: they are due now, or when they were to be.
-- KEYS[1] scheduled
-- KEYS[2] batch
-- KEYS[3] ties
-- ARGV[1] now
-- ARGV[2] bid
-- ARGV[3] limit: how many at the most
-- Returns 1 when there are more, and 0 when that is done

local scheduled, batch, ties = unpack(KEYS)
local now, bid, limit = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
-- As shared/gates.lua has it.
local HELD = 8640000000000000
local held = batch .. bid .. ':held'

-- In the order in which they came, in whatever step, and on whatever broker: what is due at the same time goes by
-- its name. So there are some to a millisecond, as many as a score can tell apart.
local A_MILLISECOND = 4096
redis.call('HSETNX', batch .. bid, 'releasedAt', now - 1)
local releasedAt = redis.call('HGET', batch .. bid, 'releasedAt')
local order = redis.call('HINCRBY', batch .. bid, 'released', limit) - limit

local popped = redis.call('ZPOPMIN', held, limit)
for index = 1, #popped, 2 do
  local jid, at = popped[index], tonumber(popped[index + 1])
  order = order + 1
  local due = at > now and at or releasedAt + order / A_MILLISECOND
  -- It may have been deleted since, and be held by another batch.
  local packed = redis.call('HGET', ties, jid)
  local isOurs = packed and cmsgpack.unpack(packed).batch == bid
  if isOurs and tonumber(redis.call('ZSCORE', scheduled, jid)) == HELD then redis.call('ZADD', scheduled, due, jid) end
end
if redis.call('EXISTS', held) == 1 then return 1 end
redis.call('ZREM', batch .. 'chores', 'release ' .. bid)

return 0
