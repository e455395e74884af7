-- Moves jobs of scheduled, retries or dead to dead, as if they had died now.
-- Uses endings
-- KEYS[1] scheduled
-- KEYS[2] retries
-- KEYS[3] dead
-- KEYS[4] ties
-- KEYS[5] groups
-- KEYS[6] batch
-- KEYS[7] jobs
-- KEYS[8] queue
-- KEYS[9] queues
-- KEYS[10] sequence
-- KEYS[11] notices
-- ARGV[1] now
-- ARGV[2] each set: "scheduled", "retries" or "dead"
-- ARGV[3] each jid
-- Returns a digit for each job: 1 when it was moved, 0 when it was not there any more

local scheduled, retries, dead = unpack(KEYS)
local SETS = { scheduled = scheduled, retries = retries, dead = dead }
local moved = {}
local deaths, died = {}, {}

for index = 2, #ARGV, 2 do
  local jid = ARGV[index + 1]
  local removed = redis.call('ZREM', SETS[ARGV[index]], jid)
  if removed == 1 then
    deaths[#deaths + 1] = ARGV[1]
    deaths[#deaths + 1] = jid
    died[#died + 1] = jid
  end
  moved[#moved + 1] = removed
end

if #deaths > 0 then redis.call('ZADD', dead, unpack(deaths)) end
endings().died(died, ARGV[1])

return table.concat(moved)
