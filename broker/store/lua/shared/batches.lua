-- What becomes of batches as their jobs, and the batches in them, come to their ends. keys.ts has what is
-- kept of a batch, ADR 0017 what it means.
-- Uses membership, callbacks, gates
-- KEYS batch

local batches = {}
local FIELDS = {
  'parent', 'committedAt', 'waits', 'pending', 'failed', 'openChildren', 'unwonChildren',
  'activeChildren', 'closingChildren', 'isClosingChildren', 'isClosedWithParent', 'completedAt',
  'succeededAt', 'overAt', 'wonAt', 'isActive', 'endedAt', 'cancelledAt', 'isRetrying', 'key',
}

local function of(bid) return batch .. bid end

-- Which batch, if any, has called off each one that was asked for, in this call: many jobs ask for the same.
local cancelledBy = {}

-- Whether there is such a batch. Jobs may join it even when it is over, as Faktory has it.
function batches.isThere(bid) return redis.call('HEXISTS', of(bid), 'pending') == 1 end

function batches.parentOf(bid) return redis.call('HGET', of(bid), 'parent') end

function batches.isCancelled(bid)
  return redis.call('HEXISTS', of(bid), 'cancelledAt') == 1 or membership().isClosed('batch:' .. bid)
end

-- A batch and all around it, as a set; none for an empty string.
function batches.around(bid)
  local found, one = {}, bid ~= '' and bid
  while one do
    found[one] = true
    one = batches.parentOf(one)
  end
  return found
end

-- A batch, or the nearest around it, that was called off; nil when none was.
function batches.findCancelled(bid)
  if cancelledBy[bid] ~= nil then return cancelledBy[bid] or nil end
  local path, found, one = {}, nil, bid
  while one and not found do
    path[#path + 1] = one
    found = cancelledBy[one] or cancelledBy[one] == nil and batches.isCancelled(one) and one or nil
    one = cancelledBy[one] == nil and batches.parentOf(one) or nil
  end
  for _, each in ipairs(path) do cancelledBy[each] = found or false end
  return found
end

-- What was found of what is called off holds no longer.
function batches.forgetCancelled() cancelledBy = {} end

local function count(bid, field, by) redis.call('HINCRBY', of(bid), field, by) end

-- What is needed to say how far a batch has come; nil when it is not there.
local function read(bid)
  local values = redis.call('HMGET', of(bid), unpack(FIELDS))
  local found = {}
  for index, field in ipairs(FIELDS) do found[field] = values[index] end
  return found.pending and found
end

local function note(bid, found, field, now)
  found[field] = now
  redis.call('HSET', of(bid), field, now)
end

-- Ends its cancellation, when nothing of it, and of the batches in it, waits or runs any longer.
local function endCancellation(bid, found, now)
  local name = 'batch:' .. bid
  if membership().isLive(name) or found.closingChildren ~= '0' or found.isClosingChildren then return end
  membership().endCancellation(name, now)
  note(bid, found, 'cancelledAt', now)
  batches.forgetCancelled()
  if found.isClosedWithParent and found.parent then count(found.parent, 'closingChildren', -1) end
end

-- Calls whom it is time to call: `complete` first, and `success` when that is done.
local function callWhoIsDue(bid, found, now)
  local isIdle = found.pending == '0' and found.waits == '0'
  if not found.completedAt and isIdle and found.openChildren == '0' then
    note(bid, found, 'completedAt', now)
    callbacks().call(bid, 'complete', now)
  end
  local hasWon = found.completedAt and isIdle and found.failed == '0' and found.unwonChildren == '0'
  if hasWon and not found.succeededAt and callbacks().isDone(bid, 'complete') then
    note(bid, found, 'succeededAt', now)
    callbacks().call(bid, 'success', now)
  end
end

-- A flag of a batch, and the count of such batches that the one around it keeps. Returns whether it has
-- changed.
local function setFlag(bid, found, flag, isSet, now, counter, by)
  if isSet == (found[flag] and true or false) then return false end
  if isSet then
    note(bid, found, flag, now)
  else
    found[flag] = nil
    redis.call('HDEL', of(bid), flag)
  end
  if found.parent and batches.isThere(found.parent) then count(found.parent, counter, isSet and by or -by) end
  return true
end

-- Does with one batch what is due. Returns the one around it when that is to be looked at too.
local function settleOne(bid, now)
  local found = read(bid)
  if not found then return nil end
  local wasCancelled = found.cancelledAt
  local isClosed = membership().isClosed('batch:' .. bid)
  if isClosed then
    endCancellation(bid, found, now)
  elseif found.committedAt and not found.cancelledAt and not found.isRetrying then
    callWhoIsDue(bid, found, now)
  end
  -- Of one that is tried again a callback that has died may be so as well, a step later.
  local isOver = found.cancelledAt or not found.isRetrying and found.completedAt
    and callbacks().isEnded(bid, 'complete')
    and (not found.succeededAt or callbacks().isEnded(bid, 'success'))
  local hasWon = found.wonAt or found.succeededAt and callbacks().isDone(bid, 'success')
  local isLive = found.waits == '0' and membership().isLive('batch:' .. bid)
  local isActive = isLive or found.activeChildren ~= '0'
  local hasChanged = found.cancelledAt ~= wasCancelled
  local function set(flag, isSet, counter, by)
    hasChanged = setFlag(bid, found, flag, isSet and true or false, now, counter, by) or hasChanged
  end
  set('overAt', isOver, 'openChildren', -1)
  set('isActive', isActive, 'activeChildren', 1)
  if hasWon and not found.wonAt then
    set('wonAt', true, 'unwonChildren', -1)
    gates().tell(bid, 'success', now)
  end
  local isOpen = found.openChildren ~= '0' and not found.cancelledAt
  local isTold = not callbacks().isOut(bid, 'death')
  local isEnded = isOver and not isActive and not isOpen and isTold and not found.isRetrying
  if isEnded and not found.endedAt then
    note(bid, found, 'endedAt', now)
    gates().noteEnd(bid, found.key, now)
  elseif not isEnded and found.endedAt then
    redis.call('HDEL', of(bid), 'endedAt')
    gates().takeBackEnd(bid, found.key)
  end
  return hasChanged and found.parent or nil
end

-- Does with a batch, and those around it, what is due.
function batches.settle(bid, now)
  local one = bid
  while one do one = settleOne(one, now) end
end

-- A batch is waited for no longer by the one around it.
function batches.leave(bid, parent, now)
  if not batches.isThere(parent) then return end
  local isOver, hasWon, isActive, isClosing, wasCancelled =
    unpack(redis.call('HMGET', of(bid), 'overAt', 'wonAt', 'isActive', 'isClosedWithParent', 'cancelledAt'))
  if not isOver then count(parent, 'openChildren', -1) end
  if not hasWon then count(parent, 'unwonChildren', -1) end
  if isActive then count(parent, 'activeChildren', -1) end
  if isClosing and not wasCancelled then count(parent, 'closingChildren', -1) end
  redis.call('ZREM', of(parent) .. ':children', bid)
  batches.settle(parent, now)
end

-- New jobs are a batch's.
function batches.join(bid, added)
  count(bid, 'total', added)
  count(bid, 'pending', added)
end

-- A batch can't win any more by itself, and neither can those around it: each calls whom it has for that,
-- unless somebody has called it off.
function batches.fail(bid, now)
  local one = bid
  while one and batches.isThere(one) do
    if redis.call('HSETNX', of(one), 'failedAt', now) == 0 then return end
    if not batches.findCancelled(one) then callbacks().call(one, 'death', now) end
    one = batches.parentOf(one)
  end
end

return batches
