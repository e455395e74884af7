-- Lets paused queues hand out jobs again.
-- KEYS[1] paused
-- KEYS[2] notices
-- KEYS[3] sequence
-- ARGV[1] each queue
-- Returns nothing

local paused, notices = KEYS[1], KEYS[2]
local resumed = {}

for _, name in ipairs(ARGV) do
  if redis.call('SREM', paused, name) == 1 then resumed[#resumed + 1] = name end
end

if #resumed > 0 then
  -- What waits in them is as if it had come now (keep-alive.lua).
  redis.call('INCR', KEYS[3])
  -- No origin: every broker is to wake who waits for them, this one too.
  redis.call('PUBLISH', notices, 'resumed ' .. table.concat(resumed, ' '))
end

return false
