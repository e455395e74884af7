-- Calls off a group of jobs: from now on none of them is handed out, and none is pushed. Those that are
-- there are called off by sweep-group.lua. A group that is being called off stays as it is; so does one
-- that was, and of which nothing waits or runs.
-- Uses closing, membership
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] queues
-- KEYS[4] sequence
-- KEYS[5] notices
-- KEYS[6] ties
-- KEYS[7] groups
-- KEYS[8] batch
-- ARGV[1] now
-- ARGV[2] group
-- ARGV[3] reason: an empty string when none was told
-- ARGV[4] by: the same
-- Returns what find-group.lua does

local closing, membership = closing(), membership()
local now, name, reason, by = unpack(ARGV)

local wasCancelled = closing.cause(name) and not membership.isLive(name)
if not membership.isClosed(name) and not wasCancelled then
  closing.close(name, now, reason, by)
  membership.settle(name, now)
end

return closing.describe(name)
