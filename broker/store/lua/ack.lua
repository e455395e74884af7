-- Ends jobs that a worker has done: nothing is left of them but the count.
-- Uses endings
-- KEYS[1] jobs
-- KEYS[2] working
-- KEYS[3] reservations
-- KEYS[4] counters
-- KEYS[5] history
-- KEYS[6] ties
-- ARGV[1] day: YYYY-MM-DD
-- ARGV[2] each jid
-- ARGV[3] each token: of the lease that the worker has; 0 for a worker that names none
-- Returns a letter for each job: d when it was done now, u when it was not being worked on, s when the
-- worker's lease is stale: nothing has changed then

local jobs, working, reservations, counters, history = unpack(KEYS, 1, 5)
local NO_LEASE = '0'
local jids = {}
for index = 2, #ARGV, 2 do jids[#jids + 1] = ARGV[index] end
if #jids == 0 then return '' end

-- Every job in `working` has one; it begins with the token of its lease.
local held = redis.call('HMGET', reservations, unpack(jids))
local finished = {}
local outcomes = {}
local seen = {}

local function isUnder(token, reservation)
  return reservation and reservation:sub(1, #token + 1) == token .. ' '
end

for index, jid in ipairs(jids) do
  local token = ARGV[index * 2 + 1]
  local reservation = not seen[jid] and held[index]
  if token ~= NO_LEASE and not isUnder(token, reservation) then
    outcomes[index] = 's'
  elseif reservation then
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
  endings.untie(finished)
end

return table.concat(outcomes)
