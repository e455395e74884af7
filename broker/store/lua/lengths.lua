-- Tells how many jobs are in each queue.
-- KEYS[1] queue
-- ARGV[1] each queue
-- Returns for each queue: how many

local lengths = {}
for index, name in ipairs(ARGV) do lengths[index] = redis.call('ZCARD', KEYS[1] .. name) end

return lengths
