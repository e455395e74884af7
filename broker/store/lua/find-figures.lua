-- Tells the figures of a jobtype. Nothing changes.
-- KEYS[1] figures
-- KEYS[2] flushes
-- ARGV[1] jobtype
-- ARGV[2] each day: YYYY-MM-DD
-- Returns for each day all fields of its hash, a name and a count in turns

local prefix = KEYS[1] .. (redis.call('GET', KEYS[2]) or 0) .. ':'
local jobtype = ARGV[1]
local found = {}

for index = 2, #ARGV do
  found[#found + 1] = redis.call('HGETALL', prefix .. ARGV[index] .. ':' .. jobtype)
end

return found
