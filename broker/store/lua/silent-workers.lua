-- Tells which workers have not beaten for too long, those whose connections have all closed among them.
-- After a while without any broker nobody is, before there was time to be heard again.
-- Uses presence
-- KEYS[1] workers
-- KEYS[2] worker
-- KEYS[3] departed
-- KEYS[4] alive
-- KEYS[5] outage
-- ARGV[1] now
-- ARGV[2] silence: who has not beaten for so many milliseconds is silent
-- ARGV[3] limit: how many of each at the most
-- Returns a wid and 1 or 0 in turns: whether it has ever beaten

local presence = presence()
local workers, prefix, departed = unpack(KEYS)
local now, silence, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local flat = {}

if presence.graceFor(silence, now) > now then return flat end

local silentSince = string.format('(%.0f', now - silence)
local function silentOf(set)
  return redis.call('ZRANGEBYSCORE', set, '-inf', silentSince, 'LIMIT', 0, limit)
end

for _, wid in ipairs(silentOf(workers)) do
  flat[#flat + 1] = wid
  flat[#flat + 1] = redis.call('HEXISTS', prefix .. wid, 'beatenAt')
end
for _, wid in ipairs(silentOf(departed)) do
  flat[#flat + 1] = wid
  flat[#flat + 1] = 1
end

return flat
