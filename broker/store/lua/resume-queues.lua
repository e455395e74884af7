-- Lets paused queues hand out jobs again.
-- KEYS[1] paused
-- KEYS[2] notices
-- ARGV[1] each queue
-- Returns nothing

local paused, notices = unpack(KEYS)
local resumed = {}

for _, name in ipairs(ARGV) do
  if redis.call('SREM', paused, name) == 1 then resumed[#resumed + 1] = name end
end

if #resumed > 0 then
  -- No origin: every broker is to wake who waits for them, this one too.
  redis.call('PUBLISH', notices, 'resumed ' .. table.concat(resumed, ' '))
end

return false
