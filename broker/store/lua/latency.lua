-- Tells since when the job that has waited longest in each queue has waited.
-- KEYS[1] jobs
-- KEYS[2] queue
-- ARGV[1] each queue
-- Returns for each queue: the time as text, or nil when it is empty

local jobs, prefix = unpack(KEYS)
local PLACES_A_PRIORITY = 281474976710656
local FORMAT = 1
local oldest = {}

local function firstFrom(name, place)
  local from = string.format('%.0f', place)
  return unpack(redis.call('ZRANGEBYSCORE', prefix .. name, from, '+inf', 'WITHSCORES', 'LIMIT', 0, 1))
end

for index, name in ipairs(ARGV) do
  local earliest = false
  -- Within a priority the first has waited longest, but no priority knows of the others.
  local jid, place = firstFrom(name, 0)
  while jid do
    local isRead, _, header = pcall(cmsgpack.unpack_one, redis.call('HGET', jobs, jid))
    -- One that can't be read, since it is damaged or of a format that is not known, tells nothing.
    local since = isRead and type(header) == 'table' and header.v == FORMAT and header.enqueuedAt
    local isTold = type(since) == 'number'
    if isTold and (not earliest or since < earliest) then earliest = since end
    jid, place = firstFrom(name, (math.floor(place / PLACES_A_PRIORITY) + 1) * PLACES_A_PRIORITY)
  end
  oldest[index] = earliest and string.format('%.0f', earliest)
end

return oldest
