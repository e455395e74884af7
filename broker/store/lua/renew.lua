-- Renews leases: each lasts from now on as long as it did at first.
-- May use recalled
-- KEYS[1] working
-- KEYS[2] reservations
-- KEYS[3] cancels
-- KEYS[4] cancelling
-- KEYS[5] cancelled
-- ARGV[1] now
-- ARGV[2] each jid
-- ARGV[3] each token: of the lease that the worker has
-- Returns a letter for each job: r when it is renewed, c when it is and was called off, l when the worker
-- has lost it; and then for each that was called off what `cancels` has of it

local working, reservations, cancels, cancelling = unpack(KEYS, 1, 4)
local now = tonumber(ARGV[1])
local letters, renewed = {}, {}

for index = 2, #ARGV, 2 do
  local jid, token = ARGV[index], ARGV[index + 1]
  local reservation = redis.call('HGET', reservations, jid) or ''
  local leased, lease = reservation:match('^(%S+) (%S+) ')
  local isHeld = leased == token and lease ~= '0'
  if isHeld then
    redis.call('ZADD', working, 'XX', now + tonumber(lease), jid)
    renewed[#renewed + 1] = jid
  end
  letters[#letters + 1] = isHeld and 'r' or 'l'
end

if #renewed == 0 or redis.call('EXISTS', cancelling) == 0 then return { table.concat(letters) } end

local isCalledOff = recalled().among(renewed)
local reply = { '' }
for index, letter in ipairs(letters) do
  local jid = ARGV[index * 2]
  if letter == 'r' and isCalledOff[jid] then
    letters[index] = 'c'
    reply[#reply + 1] = redis.call('HGET', cancels, jid)
  end
end
reply[1] = table.concat(letters)

return reply
