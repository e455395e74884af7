-- Tells why a job that has ended may not run again. Nothing changes.
-- Uses gates
-- KEYS[1] ties
-- KEYS[2] sequence
-- KEYS[3] notices
-- KEYS[4] batch
-- KEYS[5] groups
-- KEYS[6] jobs
-- KEYS[7] queue
-- KEYS[8] queues
-- ARGV[1] jid
-- Returns what gates.findHold does

local packed = redis.call('HGET', KEYS[1], ARGV[1])

return packed and gates().findHold(cmsgpack.unpack(packed))
