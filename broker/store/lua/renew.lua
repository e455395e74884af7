-- Renews leases: each lasts from now on as long as it did at first, unless a TRACK SET has asked for more.
-- KEYS[1] working
-- KEYS[2] reservations
-- KEYS[3] cancels
-- KEYS[4] cancelling
-- ARGV[1] now
-- ARGV[2] each jid
-- ARGV[3] each token: of the lease that the worker has
-- Returns a letter for each job: r when it is renewed, c when it is and was called off, l when the worker
-- has lost it; and then for each that was called off what `cancels` has of it

local working, reservations, cancels, cancelling = unpack(KEYS)
local now = tonumber(ARGV[1])
local isAnyCalledOff = redis.call('EXISTS', cancelling) == 1
local letters, reply = {}, { '' }

for index = 2, #ARGV, 2 do
  local jid, token = ARGV[index], ARGV[index + 1]
  local reservation = redis.call('HGET', reservations, jid) or ''
  local leased, lease = reservation:match('^(%S+) (%S+) ')
  local letter = 'l'
  if leased == token and lease ~= '0' then
    redis.call('ZADD', working, 'XX', 'GT', now + tonumber(lease), jid)
    local isCalledOff = isAnyCalledOff and redis.call('SISMEMBER', cancelling, jid) == 1
    letter = isCalledOff and 'c' or 'r'
    if isCalledOff then reply[#reply + 1] = redis.call('HGET', cancels, jid) end
  end
  letters[#letters + 1] = letter
end
reply[1] = table.concat(letters)

return reply
