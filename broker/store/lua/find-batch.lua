-- Tells what is known of a batch. Nothing changes.
-- Uses closing
-- KEYS[1] batch
-- KEYS[2] groups
-- ARGV[1] bid
-- ARGV[2] each field
-- Returns the values of its fields, each nil where there is none; 1 when it is being called off, otherwise 0;
-- and when, why and by whom it is or was called off: nil three times when it was not

local batch, groups = unpack(KEYS)
local bid = ARGV[1]
local name = 'batch:' .. bid

return {
  redis.call('HMGET', batch .. bid, unpack(ARGV, 2)),
  redis.call('SISMEMBER', groups .. 'closed', name),
  { closing().cause(name) },
}
