-- Tells some of the batches that wait for one that it has come to a moment, or never will, since it is
-- forgotten: then they are called off.
-- Uses batches, lifecycle, gates
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
-- ARGV[3] moment: "start", "success" or "end"
-- ARGV[4] limit: how many at the most
-- Returns 1 when there are more, and 0 when that is done

local batches, gates = batches(), gates()
local batch = KEYS[8]
local now, bid, moment, limit = tonumber(ARGV[1]), unpack(ARGV, 2)
local followers = batch .. bid .. ':' .. moment

local chore = 'tell ' .. moment .. ' ' .. bid
if not gates.isDue(chore) then return 0 end

local isForgotten = not batches.isThere(bid)

local function tell(follower)
  if not isForgotten then return gates.pass(follower, now) end
  if batches.isThere(follower) then
    redis.call('HSET', batch .. follower, 'forsakenBy', bid)
    lifecycle().close(follower, now, 'batch ' .. bid .. ' is forgotten', 'millrace')
  end
end

-- What has ended may go on since.
if isForgotten or gates.hasCome(bid, moment) then
  for _, follower in ipairs(redis.call('SPOP', followers, limit)) do tell(follower) end
  if redis.call('EXISTS', followers) == 1 then return 1 end
end
redis.call('ZREM', batch .. 'chores', chore)

return 0
