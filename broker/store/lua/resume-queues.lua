-- Lets paused queues hand out jobs again.
-- KEYS[1] paused
-- KEYS[2] notices
-- ARGV[1] all: "1" for every queue that is paused
-- ARGV[2] each queue
-- Returns nothing

local paused, notices = unpack(KEYS)
local names = { unpack(ARGV, 2) }
if ARGV[1] == '1' then names = redis.call('SMEMBERS', paused) end

for _, name in ipairs(names) do
  if redis.call('SREM', paused, name) == 1 then
    -- No origin: every broker is to wake who waits for it, this one too.
    redis.call('PUBLISH', notices, 'queue ' .. name .. ' ')
  end
end

return false
