-- Tells where jobs are. Nothing changes.
-- Uses records
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] scheduled
-- KEYS[4] retries
-- KEYS[5] working
-- KEYS[6] reservations
-- KEYS[7] dead
-- ARGV[1] each jid
-- Returns for each job {state, score, reservation}: the state is "enqueued", or the name of the set that
-- has it, and the reservation an empty string when it is not being worked on; nil when it is nowhere

local jobs, prefix, scheduled, retries, working, reservations, dead = unpack(KEYS)
local SETS = { { 'working', working }, { 'scheduled', scheduled }, { 'retries', retries }, { 'dead', dead } }

local function locate(jid)
  for _, set in ipairs(SETS) do
    local score = redis.call('ZSCORE', set[2], jid)
    if score then return { set[1], score, redis.call('HGET', reservations, jid) or '' } end
  end
  local record = redis.call('HGET', jobs, jid)
  local name = records.findQueue(record)
  local score = name and redis.call('ZSCORE', prefix .. name, jid)
  return score and { 'enqueued', score, '' } or false
end

local found = {}
for index, jid in ipairs(ARGV) do found[index] = locate(jid) end

return found
