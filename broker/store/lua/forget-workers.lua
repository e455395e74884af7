-- Forgets workers that have not beaten for too long. What they had reserved stays reserved.
-- KEYS[1] workers
-- KEYS[2] worker
-- KEYS[3] notices
-- ARGV[1] silentSince: who has not beaten after this is forgotten
-- ARGV[2] limit: how many at the most
-- Returns their wids

local workers, prefix, notices = unpack(KEYS)
local silent = redis.call('ZRANGEBYSCORE', workers, '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])

for _, wid in ipairs(silent) do
  redis.call('ZREM', workers, wid)
  redis.call('DEL', prefix .. wid)
  redis.call('PUBLISH', notices, 'worker forgotten ' .. wid)
end

return silent
