-- Takes all jobs out of scheduled, retries or dead at once, however many there are. They are set
-- aside, and deleted in steps by delete-removed.lua.
-- KEYS[1] scheduled
-- KEYS[2] retries
-- KEYS[3] dead
-- KEYS[4] removals
-- KEYS[5] removed
-- KEYS[6] sequence
-- ARGV[1] set: "scheduled", "retries" or "dead"
-- Returns nothing

local scheduled, retries, dead, removals, removed, sequence = unpack(KEYS)
local SETS = { scheduled = scheduled, retries = retries, dead = dead }
local set = SETS[ARGV[1]]

if redis.call('EXISTS', set) == 1 then
  local removal = redis.call('INCR', sequence)
  redis.call('RENAME', set, removed .. removal)
  redis.call('SADD', removals, removal)
end

return false
