-- Notes that a broker is there, to which leases can be renewed. When there was none for a while, it is
-- noted since when there is one again.
-- KEYS[1] alive
-- KEYS[2] resumed
-- ARGV[1] now
-- ARGV[2] gap: so many milliseconds without any broker are a while
-- Returns nothing

local alive, resumed = KEYS[1], KEYS[2]
local now, gap = tonumber(ARGV[1]), tonumber(ARGV[2])
local last = tonumber(redis.call('GET', alive))

if not last or now - last > gap then redis.call('SET', resumed, ARGV[1]) end
if not last or now > last then redis.call('SET', alive, ARGV[1]) end

return false
