-- Removes queues with all their jobs at once, however many there are, and un-pauses them. The jobs
-- are set aside, and deleted in steps by delete-removed.lua.
-- KEYS[1] queues
-- KEYS[2] queue
-- KEYS[3] paused
-- KEYS[4] removals
-- KEYS[5] removed
-- KEYS[6] sequence
-- ARGV[1] all: "1" for every queue there is, those that are only paused included
-- ARGV[2] each queue
-- Returns nothing

local queues, prefix, paused, removals, removed, sequence = unpack(KEYS)
local names = { unpack(ARGV, 2) }
if ARGV[1] == '1' then names = redis.call('SUNION', queues, paused) end

for _, name in ipairs(names) do
  local queue = prefix .. name
  redis.call('SREM', queues, name)
  redis.call('SREM', paused, name)
  if redis.call('EXISTS', queue) == 1 then
    local removal = redis.call('INCR', sequence)
    redis.call('RENAME', queue, removed .. removal)
    redis.call('SADD', removals, removal)
  end
end

return false
