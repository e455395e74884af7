-- Deletes some of the jobs that clear.lua and remove-queues.lua have set aside.
-- Uses endings
-- KEYS[1] jobs
-- KEYS[2] removals
-- KEYS[3] removed
-- KEYS[4] revived
-- KEYS[5] ties
-- KEYS[6] groups
-- KEYS[7] batch
-- KEYS[8] queue
-- KEYS[9] queues
-- KEYS[10] sequence
-- KEYS[11] notices
-- ARGV[1] limit: how many jobs at the most, and from how many removals
-- ARGV[2] now
-- Returns how many of the jobs that had been set aside are so no longer; 0 when none are left

local jobs, removals, prefix, revived = unpack(KEYS, 1, 4)
local limit = tonumber(ARGV[1])
local count = 0
local deleted = {}

-- A job that was pushed anew since it was set aside has a record that is not to be deleted.
local function delete(jid)
  local times = redis.call('HGET', revived, jid)
  if not times then
    deleted[#deleted + 1] = jid
  elseif times == '1' then
    redis.call('HDEL', revived, jid)
  else
    redis.call('HINCRBY', revived, jid, -1)
  end
end

for _, removal in ipairs(redis.call('SRANDMEMBER', removals, limit)) do
  if count == limit then break end
  local removed = prefix .. removal
  local popped = redis.call('ZPOPMIN', removed, limit - count)
  for index = 1, #popped, 2 do delete(popped[index]) end
  count = count + #popped / 2
  if redis.call('EXISTS', removed) == 0 then redis.call('SREM', removals, removal) end
end

if #deleted > 0 then redis.call('HDEL', jobs, unpack(deleted)) end
endings().gone(deleted, ARGV[2])

return count
