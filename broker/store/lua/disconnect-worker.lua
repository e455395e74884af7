-- Notes that a connection of a worker has closed. With the last one the worker is forgotten; but that it
-- has beaten is not, since what it works on is its own for a while.
-- KEYS[1] workers
-- KEYS[2] worker
-- KEYS[3] departed
-- ARGV[1] wid
-- Returns how many connections it has left

local workers, worker, departed, wid = KEYS[1], KEYS[2] .. ARGV[1], KEYS[3], ARGV[1]

local beatAt = redis.call('ZSCORE', workers, wid)
if not beatAt then return 0 end
local left = redis.call('HINCRBY', worker, 'connections', -1)
if left <= 0 then
  if redis.call('HEXISTS', worker, 'beatenAt') == 1 then redis.call('ZADD', departed, beatAt, wid) end
  redis.call('ZREM', workers, wid)
  redis.call('DEL', worker)
end

return left
