-- What is done on behalf of a job that runs: nothing, when the job is no longer its worker's, or called off.
-- Uses membership, closing
-- KEYS reservations, cancelling, cancels, ties

local behalf = {}

-- Why nothing may be done on behalf of a job, which is named by the token of its lease and, behind a space,
-- its jid: {"parent stale"}; {"parent cancelling", why}, with what `cancels` has; nil when it may.
function behalf.findRefusal(lease)
  local token, jid = lease:match('^(%S+) (.*)$')
  local reservation = redis.call('HGET', reservations, jid) or ''
  if reservation:sub(1, #token + 1) ~= token .. ' ' then return { 'parent stale' } end
  if redis.call('SISMEMBER', cancelling, jid) == 1 then
    return { 'parent cancelling', redis.call('HGET', cancels, jid) }
  end
  -- It may be in a group that is being called off, and be found later.
  local packed = redis.call('HGET', ties, jid)
  local closed = packed and membership().findClosed(cmsgpack.unpack(packed))
  return closed and { 'parent cancelling', closing().why(closed) }
end

return behalf
