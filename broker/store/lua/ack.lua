-- Ends jobs that a worker has done: nothing is left of them but the count.
-- KEYS[1] jobs
-- KEYS[2] working
-- KEYS[3] reservations
-- KEYS[4] counters
-- KEYS[5] history
-- ARGV[1] day: YYYY-MM-DD
-- ARGV[2] each jid
-- ARGV[3] each token: of the lease that the worker has; 0 for a worker that names none
-- Returns a letter for each job: d when it was done now, u when it was not being worked on, s when the
-- worker's lease is stale: nothing has changed then

local jobs, working, reservations, counters, history = unpack(KEYS)
local NO_LEASE = '0'
local jids = {}
for index = 2, #ARGV, 2 do jids[#jids + 1] = ARGV[index] end
if #jids == 0 then return '' end

-- The reservations of the jobs that are named with a token.
local function readReservations()
  local leased = {}
  for index, jid in ipairs(jids) do
    if ARGV[index * 2 + 1] ~= NO_LEASE then leased[#leased + 1] = jid end
  end
  local found = #leased > 0 and redis.call('HMGET', reservations, unpack(leased)) or {}
  local byJid = {}
  for index, jid in ipairs(leased) do byJid[jid] = found[index] end
  return byJid
end

local held = readReservations()

-- Whether a job is leased under another token, or under none: a reservation begins with it.
local function isStale(jid, token)
  if token == NO_LEASE then return false end
  return not held[jid] or held[jid]:sub(1, #token + 1) ~= token .. ' '
end

local deadlines = redis.call('ZMSCORE', working, unpack(jids))
local finished = {}
local outcomes = {}
local seen = {}
for index, jid in ipairs(jids) do
  if isStale(jid, ARGV[index * 2 + 1]) then
    outcomes[index] = 's'
  elseif deadlines[index] and not seen[jid] then
    seen[jid] = true
    outcomes[index] = 'd'
    finished[#finished + 1] = jid
  else
    outcomes[index] = 'u'
  end
end

if #finished > 0 then
  redis.call('ZREM', working, unpack(finished))
  redis.call('HDEL', jobs, unpack(finished))
  redis.call('HDEL', reservations, unpack(finished))
  redis.call('HINCRBY', counters, 'processed', #finished)
  redis.call('HINCRBY', history, 'processed:' .. ARGV[1], #finished)
end

return table.concat(outcomes)
