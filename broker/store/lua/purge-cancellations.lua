-- Forgets that groups were called off, long after that ended, and the oldest of those that are too many.
-- KEYS[1] groups
-- ARGV[1] endedBefore: what ended before this is too old
-- ARGV[2] keep: how many may stay
-- ARGV[3] limit: how many are forgotten at the most
-- Returns how many were forgotten

local ended, cancelOf = KEYS[1] .. 'ended', KEYS[1] .. 'cancel:'
local keep, limit = tonumber(ARGV[2]), tonumber(ARGV[3])

local tooOld = redis.call('ZCOUNT', ended, '-inf', '(' .. ARGV[1])
local tooMany = redis.call('ZCARD', ended) - keep
local count = math.min(math.max(tooOld, tooMany), limit)
if count <= 0 then return 0 end

for _, name in ipairs(redis.call('ZRANGE', ended, 0, count - 1)) do
  redis.call('DEL', cancelOf .. name)
end
redis.call('ZREMRANGEBYRANK', ended, 0, count - 1)

return count
