-- Deletes jobs that are done and have been kept for their time.
-- Uses endings
-- KEYS[1] jobs
-- KEYS[2] done
-- KEYS[3] ties
-- KEYS[4] groups
-- KEYS[5] batch
-- KEYS[6] queue
-- KEYS[7] queues
-- KEYS[8] sequence
-- KEYS[9] notices
-- ARGV[1] now
-- ARGV[2] limit: how many are deleted at the most
-- Returns how many were deleted, and when the next is to be: nil when there is none

local jobs, done = KEYS[1], KEYS[2]
local now = ARGV[1]

local forgotten = redis.call('ZRANGEBYSCORE', done, '-inf', now, 'LIMIT', 0, ARGV[2])
if #forgotten > 0 then
  redis.call('HDEL', jobs, unpack(forgotten))
  redis.call('ZREM', done, unpack(forgotten))
  endings().gone(forgotten, now)
end
local _, nextAt = unpack(redis.call('ZRANGE', done, 0, 0, 'WITHSCORES'))

return { #forgotten, nextAt or false }
