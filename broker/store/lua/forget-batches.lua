-- Forgets batches that have ended long ago, with all batches in them.
-- Uses lifecycle
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] queues
-- KEYS[4] sequence
-- KEYS[5] notices
-- KEYS[6] ties
-- KEYS[7] groups
-- KEYS[8] batch
-- ARGV[1] endedBefore
-- ARGV[2] limit: how many at the most
-- ARGV[3] now
-- Returns how many were forgotten

local batch = KEYS[8]
local endedBefore, limit, now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local finished = batch .. 'finished'
local count = 0

-- Forgets what is in a batch before it; it stays when there is more than may be done at once.
local function forget(bid)
  for _, child in ipairs(redis.call('ZRANGE', batch .. bid .. ':children', 0, limit - 1)) do
    if count >= limit then return false end
    if not forget(child) then return false end
    redis.call('ZREM', batch .. bid .. ':children', child)
  end
  if count >= limit then return false end
  count = count + 1
  lifecycle().forget(bid, now)
  return true
end

for _, bid in ipairs(redis.call('ZRANGEBYSCORE', finished, '-inf', '(' .. endedBefore, 'LIMIT', 0, limit)) do
  if not forget(bid) then break end
  redis.call('ZREM', finished, bid)
end

return count
