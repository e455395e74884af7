-- Forgets workers, provided that they are still silent. What they had reserved stays reserved.
-- KEYS[1] workers
-- KEYS[2] worker
-- KEYS[3] departed
-- KEYS[4] notices
-- ARGV[1] silentSince: who has beaten after this is not forgotten
-- ARGV[2] each wid
-- Returns the wids of those that are forgotten; one whose connections have closed was so before

local workers, prefix, departed, notices = unpack(KEYS)
local silentSince = tonumber(ARGV[1])
local forgotten = {}

local function isSilent(set, wid)
  local beatAt = redis.call('ZSCORE', set, wid)
  return beatAt and tonumber(beatAt) < silentSince
end

for index = 2, #ARGV do
  local wid = ARGV[index]
  if isSilent(departed, wid) then redis.call('ZREM', departed, wid) end
  if isSilent(workers, wid) then
    redis.call('ZREM', workers, wid)
    redis.call('DEL', prefix .. wid)
    redis.call('PUBLISH', notices, 'worker forgotten ' .. wid)
    forgotten[#forgotten + 1] = wid
  end
end

return forgotten
