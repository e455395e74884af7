-- Notes that a connection of a worker has closed. With the last one the worker is forgotten.
-- KEYS[1] workers
-- KEYS[2] worker
-- ARGV[1] wid
-- Returns how many connections it has left

local workers, worker, wid = KEYS[1], KEYS[2] .. ARGV[1], ARGV[1]

if not redis.call('ZSCORE', workers, wid) then return 0 end
local left = redis.call('HINCRBY', worker, 'connections', -1)
if left <= 0 then
  redis.call('ZREM', workers, wid)
  redis.call('DEL', worker)
end

return left
