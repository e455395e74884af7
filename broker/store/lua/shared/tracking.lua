-- What is known of jobs that are tracked: those that asked for it when they were pushed, and those whose
-- progress has been told. Their ties have `track`: when that was.
-- KEYS ties, progress, stalling, flushes

local tracking = {}
-- FWP: it can be read for thirty minutes after the last change.
tracking.KEPT_MS = 1800000

-- The hash of a job. What was told before a FLUSH has another name, and expires.
function tracking.keyOf(jid)
  return progress .. (redis.call('GET', flushes) or 0) .. ':' .. jid
end

function tracking.isStalled(jid)
  return redis.call('HEXISTS', tracking.keyOf(jid), 'stalledAt') == 1
end

-- The ties of a job; an empty table when it has none.
function tracking.tiesOf(jid)
  local packed = redis.call('HGET', ties, jid)
  return packed and cmsgpack.unpack(packed) or {}
end

-- Notes what became of jobs, of which nothing else may be kept. It has to come before they are untied.
function tracking.ended(jids, state, now)
  if redis.call('EXISTS', ties) == 0 then return end
  for _, jid in ipairs(jids) do
    if tracking.tiesOf(jid).track then
      local key = tracking.keyOf(jid)
      redis.call('HSET', key, 'state', state, 'updatedAt', now)
      redis.call('PEXPIRE', key, tracking.KEPT_MS)
      redis.call('ZREM', stalling, jid)
    end
  end
end

return tracking
