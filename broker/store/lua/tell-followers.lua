-- Tells some of the batches that wait for one that it has come to a moment.
-- Uses gates
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

local batch = KEYS[8]
local now, bid, moment, limit = tonumber(ARGV[1]), unpack(ARGV, 2)
local followers = batch .. bid .. ':' .. moment

local chore = 'tell ' .. moment .. ' ' .. bid
-- What has ended may go on since.
if not gates().isDue(chore) or not gates().hasCome(bid, moment) then return 0 end

for _, follower in ipairs(redis.call('SPOP', followers, limit)) do gates().pass(follower, now) end
if redis.call('EXISTS', followers) == 1 then return 1 end
redis.call('ZREM', batch .. 'chores', chore)

return 0
