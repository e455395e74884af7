-- Keeps queues from handing out jobs. They may be unknown as yet.
-- KEYS[1] paused
-- ARGV[1] each queue
-- Returns nothing

redis.call('SADD', KEYS[1], unpack(ARGV))

return false
