-- Notes heartbeats. A worker's state only moves on: running, quiet, terminate.
-- KEYS[1] workers
-- KEYS[2] worker
-- KEYS[3] notices
-- ARGV[1] now
-- ARGV[2] each wid
-- ARGV[3] each state: what the worker says of itself
-- ARGV[4] each rssKb
-- Returns for each beat: the worker's state, or nil when it is not known

local workers, prefix, notices = unpack(KEYS)
local now = ARGV[1]
local RANK = { running = 1, quiet = 2, terminate = 3 }
local states = {}

for index = 2, #ARGV, 3 do
  local wid, told, rssKb = unpack(ARGV, index, index + 2)
  local worker = prefix .. wid
  local state = false
  if redis.call('ZSCORE', workers, wid) then
    redis.call('ZADD', workers, now, wid)
    redis.call('HSET', worker, 'rssKb', rssKb, 'beatenAt', now)
    state = redis.call('HGET', worker, 'state')
    if RANK[told] > RANK[state] then
      state = told
      redis.call('HSET', worker, 'state', state)
      redis.call('PUBLISH', notices, 'worker ' .. state .. ' ' .. wid)
    end
  end
  states[#states + 1] = state
end

return states
