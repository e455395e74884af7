-- Removes queues, each with all its jobs at once, however many there are, and un-pauses them. The
-- jobs are set aside, and deleted in steps by delete-removed.lua.
-- KEYS[1] queues
-- KEYS[2] queue
-- KEYS[3] paused
-- KEYS[4] removals
-- KEYS[5] removed
-- KEYS[6] sequence
-- ARGV[1] each queue
-- Returns nothing

local queues, prefix, paused, removals, removed, sequence = unpack(KEYS)

redis.call('SREM', queues, unpack(ARGV))
redis.call('SREM', paused, unpack(ARGV))
for _, name in ipairs(ARGV) do
  local queue = prefix .. name
  if redis.call('EXISTS', queue) == 1 then
    local removal = redis.call('INCR', sequence)
    redis.call('RENAME', queue, removed .. removal)
    redis.call('SADD', removals, removal)
  end
end

return false
