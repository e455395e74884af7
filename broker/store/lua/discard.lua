-- Deletes jobs of scheduled, retries or dead.
-- Uses endings
-- KEYS[1] jobs
-- KEYS[2] scheduled
-- KEYS[3] retries
-- KEYS[4] dead
-- KEYS[5] ties
-- KEYS[6] groups
-- KEYS[7] batch
-- KEYS[8] queue
-- KEYS[9] queues
-- KEYS[10] sequence
-- KEYS[11] notices
-- ARGV[1] now
-- ARGV[2] each set: "scheduled", "retries" or "dead"
-- ARGV[3] each jid
-- Returns a digit for each job: 1 when it was deleted, 0 when it was not there any more

local jobs, scheduled, retries, dead = unpack(KEYS, 1, 4)
local SETS = { scheduled = scheduled, retries = retries, dead = dead }
local deleted = {}
local gone = {}

for index = 2, #ARGV, 2 do
  local jid = ARGV[index + 1]
  local removed = redis.call('ZREM', SETS[ARGV[index]], jid)
  if removed == 1 then gone[#gone + 1] = jid end
  deleted[#deleted + 1] = removed
end

if #gone > 0 then redis.call('HDEL', jobs, unpack(gone)) end
endings().gone(gone, ARGV[1])

return table.concat(deleted)
