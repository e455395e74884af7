-- Renews leases: each lasts from now on as long as it did at first.
-- KEYS[1] working
-- KEYS[2] reservations
-- ARGV[1] now
-- ARGV[2] each jid
-- ARGV[3] each token: of the lease that the worker has
-- Returns a digit for each job: 1 when it is renewed, 0 when the worker has lost it

local working, reservations = KEYS[1], KEYS[2]
local now = tonumber(ARGV[1])
local renewed = {}

for index = 2, #ARGV, 2 do
  local jid, token = ARGV[index], ARGV[index + 1]
  local reservation = redis.call('HGET', reservations, jid) or ''
  local leased, lease = reservation:match('^(%S+) (%S+) ')
  local isHeld = leased == token
  if isHeld then redis.call('ZADD', working, 'XX', now + tonumber(lease), jid) end
  renewed[#renewed + 1] = isHeld and 1 or 0
end

return table.concat(renewed)
