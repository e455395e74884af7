-- Groups that are being called off.
-- KEYS groups

local closing = {}
local LIVE, CALLED_OFF = 0, 1

local function jobsOf(name) return groups .. 'jobs:' .. name end
local function cancelOf(name) return groups .. 'cancel:' .. name end

-- Calls off a group: from now on none of its jobs is handed out, and none is pushed.
function closing.close(name, at, reason, by)
  redis.call('ZREM', groups .. 'ended', name)
  redis.call('DEL', cancelOf(name))
  redis.call('HSET', cancelOf(name), 'at', at, 'reason', reason, 'by', by, 'waiting', 0)
  redis.call('SADD', groups .. 'closed', name)
end

-- A group that was called off is so no longer.
function closing.forget(name)
  redis.call('ZREM', groups .. 'ended', name)
  redis.call('DEL', cancelOf(name))
end

-- When, why and by whom it was called off: as much as the other takes.
function closing.cause(name) return unpack(redis.call('HMGET', cancelOf(name), 'at', 'reason', 'by')) end

-- How many of a group are to run or run, and how many run and are called off; see membership.lua.
function closing.sizes(name)
  local jobs = jobsOf(name)
  return redis.call('ZCOUNT', jobs, LIVE, LIVE), redis.call('ZCOUNT', jobs, CALLED_OFF, CALLED_OFF)
end

-- The first of those that are to run or run.
function closing.first(name, limit)
  return redis.call('ZRANGEBYSCORE', jobsOf(name), LIVE, LIVE, 'LIMIT', 0, limit)
end

-- What `cancels` has of each job that is called off with the group.
function closing.why(name)
  local at, reason, by = closing.cause(name)
  local why = { at = tonumber(at) }
  if reason ~= '' then why.reason = reason end
  if by ~= '' then why.by = by end
  return cmsgpack.pack(why)
end

-- So many more of its jobs were called off before they ran.
function closing.count(name, waiting)
  if waiting > 0 then redis.call('HINCRBY', cancelOf(name), 'waiting', waiting) end
end

-- All that is told of a group: both sizes, and what its cancellation has, if there is one.
function closing.describe(name)
  local live, running = closing.sizes(name)
  return { live, running, unpack(redis.call('HGETALL', cancelOf(name))) }
end

return closing
