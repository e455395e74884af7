-- Deletes the counts of days that are too old.
-- KEYS[1] history
-- ARGV[1] before: the first day to stay, YYYY-MM-DD
-- Returns how many counts were deleted

local history, before = KEYS[1], ARGV[1]
local count = 0

for _, name in ipairs(redis.call('HKEYS', history)) do
  local day = name:match(':(.+)$')
  if day < before then count = count + redis.call('HDEL', history, name) end
end

return count
