-- Keeps queues from handing out jobs. They may be unknown as yet.
-- KEYS[1] queues
-- KEYS[2] paused
-- ARGV[1] all: "1" for every queue that is known
-- ARGV[2] each queue
-- Returns nothing

local queues, paused = unpack(KEYS)
local names = { unpack(ARGV, 2) }
if ARGV[1] == '1' then names = redis.call('SMEMBERS', queues) end

for _, name in ipairs(names) do redis.call('SADD', paused, name) end

return false
