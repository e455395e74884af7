-- Notes a connection of a worker. The first one tells who the worker is.
-- KEYS[1] workers
-- KEYS[2] worker
-- KEYS[3] departed
-- ARGV[1] now
-- ARGV[2] wid
-- ARGV[3] hostname
-- ARGV[4] pid
-- ARGV[5] labels: a JSON array
-- ARGV[6] rssKb
-- Returns the worker's state: "running", "quiet" or "terminate"

local workers, worker, departed = KEYS[1], KEYS[2] .. ARGV[2], KEYS[3]
local now, wid, hostname, pid, labels, rssKb = unpack(ARGV)

if not redis.call('ZSCORE', workers, wid) then
  redis.call('DEL', worker)
  redis.call('HSET', worker, 'hostname', hostname, 'pid', pid, 'labels', labels,
    'startedAt', now, 'rssKb', rssKb, 'state', 'running')
end
-- It is back, and has beaten before.
local beatenAt = redis.call('ZSCORE', departed, wid)
if beatenAt then
  redis.call('HSETNX', worker, 'beatenAt', beatenAt)
  redis.call('ZREM', departed, wid)
end
redis.call('ZADD', workers, now, wid)
redis.call('HINCRBY', worker, 'connections', 1)

return redis.call('HGET', worker, 'state')
