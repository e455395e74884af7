-- Tells since when the job that has waited longest in each queue has waited.
-- KEYS[1] jobs
-- KEYS[2] queue
-- ARGV[1] each queue
-- Returns for each queue: the time as text, or nil when it is empty

local jobs, prefix = unpack(KEYS)
local PLACES_A_PRIORITY = 281474976710656
local oldest = {}

for index, name in ipairs(ARGV) do
  local earliest = false
  -- Within a priority the first has waited longest, but no priority knows of the others.
  for band = 0, 8 do
    local first, last = band * PLACES_A_PRIORITY, string.format('(%.0f', (band + 1) * PLACES_A_PRIORITY)
    local jid = redis.call('ZRANGEBYSCORE', prefix .. name, first, last, 'LIMIT', 0, 1)[1]
    if jid then
      local _, header = cmsgpack.unpack_one(redis.call('HGET', jobs, jid))
      if not earliest or header.enqueuedAt < earliest then earliest = header.enqueuedAt end
    end
  end
  oldest[index] = earliest and string.format('%.0f', earliest)
end

return oldest
