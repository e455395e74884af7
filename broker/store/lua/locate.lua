-- Tells where jobs are. Nothing changes.
-- Uses places
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] scheduled
-- KEYS[4] retries
-- KEYS[5] working
-- KEYS[6] reservations
-- KEYS[7] dead
-- KEYS[8] cancelled
-- KEYS[9] done
-- ARGV[1] each jid
-- Returns for each job {state, score, reservation}: the state is "enqueued", or the name of the set that
-- has it, and the reservation an empty string when it is not being worked on; nil when it is nowhere

local places = places()
local reservations = KEYS[6]

local found = {}
for index, jid in ipairs(ARGV) do
  local state, score = places.find(jid)
  found[index] = state and { state, score, redis.call('HGET', reservations, jid) or '' } or false
end

return found
