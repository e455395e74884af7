-- Calls off a group of jobs: from now on none of them is handed out, and none is pushed. Those that are
-- there are called off by sweep-group.lua. A group that is being called off stays as it is; so does one
-- that was, and of which nothing waits or runs.
-- Uses closing, membership
-- KEYS[1] ties
-- KEYS[2] groups
-- ARGV[1] now
-- ARGV[2] group
-- ARGV[3] reason: an empty string when none was told
-- ARGV[4] by: the same
-- Returns what find-group.lua does

local closing = closing()
local groups = KEYS[2]
local now, name, reason, by = unpack(ARGV)
local closed, cancelOfGroup = groups .. 'closed', groups .. 'cancel:' .. name

local live, running = closing.sizes(name)
local isIdle = live + running == 0
local isClosed = redis.call('SISMEMBER', closed, name) == 1
if not isClosed and not (isIdle and redis.call('EXISTS', cancelOfGroup) == 1) then
  redis.call('ZREM', groups .. 'ended', name)
  redis.call('DEL', cancelOfGroup)
  redis.call('HSET', cancelOfGroup, 'at', now, 'reason', reason, 'by', by, 'waiting', 0)
  redis.call('SADD', closed, name)
  membership().settle(name, now)
end

return closing.describe(name)
