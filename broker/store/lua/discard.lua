-- Deletes jobs of scheduled, retries or dead.
-- KEYS[1] jobs
-- KEYS[2] scheduled
-- KEYS[3] retries
-- KEYS[4] dead
-- ARGV[1] each set: "scheduled", "retries" or "dead"
-- ARGV[2] each jid
-- Returns a digit for each job: 1 when it was deleted, 0 when it was not there any more

local jobs, scheduled, retries, dead = unpack(KEYS)
local SETS = { scheduled = scheduled, retries = retries, dead = dead }
local deleted = {}

for index = 1, #ARGV, 2 do
  local jid = ARGV[index + 1]
  local removed = redis.call('ZREM', SETS[ARGV[index]], jid)
  if removed == 1 then redis.call('HDEL', jobs, jid) end
  deleted[#deleted + 1] = removed
end

return table.concat(deleted)
