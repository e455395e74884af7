-- What becomes of batches as their jobs, and the batches in them, come to their ends. keys.ts has what is
-- kept of a batch, ADR 0017 what it means.
-- Uses membership, callbacks, gates
-- KEYS batch

local batches = {}
local FIELDS = {
  'parent', 'committedAt', 'waits', 'pending', 'failed', 'openChildren', 'unwonChildren', 'unendedChildren',
  'activeChildren', 'closingChildren', 'isClosingChildren', 'isClosedWithParent', 'completedAt',
  'succeededAt', 'overAt', 'wonAt', 'isActive', 'endedAt', 'cancelledAt', 'isRetrying', 'key',
  'complete_jid', 'complete_st', 'complete_lostAt', 'success_jid', 'success_st', 'success_lostAt',
  'death_jid', 'death_st', 'death_lostAt',
}
-- How many batches are looked at in one step besides those whose own jobs have ended: a few milliseconds' worth.
local MAX_LOOKED_AT = 50
local lookedAt = 0

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

-- A batch as it is, to say what becomes of it: its fields, and what of them changes. Nil when it is not there.
local function read(bid)
  local values = redis.call('HMGET', of(bid), unpack(FIELDS))
  local found = { bid = bid, changes = {}, counts = {} }
  for index, field in ipairs(FIELDS) do found[field] = values[index] end
  return found.pending and found
end

-- A time, or nil for none any longer. The batch around it counts those that have some of these.
local function note(found, field, at, counter, by)
  found[field] = at
  found.changes[field] = at or false
  if counter then found.counts[counter] = at and by or -by end
end

local function write(found)
  local set, cleared = {}, {}
  for field, at in pairs(found.changes) do
    if at then
      set[#set + 1] = field
      set[#set + 1] = at
    else
      cleared[#cleared + 1] = field
    end
  end
  if #set > 0 then redis.call('HSET', of(found.bid), unpack(set)) end
  if #cleared > 0 then redis.call('HDEL', of(found.bid), unpack(cleared)) end
  if not next(found.counts) or not found.parent or not batches.isThere(found.parent) then return end
  for counter, by in pairs(found.counts) do count(found.parent, counter, by) end
end

-- Ends its cancellation, when nothing of it, and of the batches in it, waits or runs any longer.
local function endCancellation(found, now)
  local name = 'batch:' .. found.bid
  if membership().isLive(name) or found.closingChildren ~= '0' or found.isClosingChildren then return end
  membership().endCancellation(name, now)
  note(found, 'cancelledAt', now, found.isClosedWithParent and 'closingChildren', -1)
  batches.forgetCancelled()
end

-- Calls whom it is time to call: `complete` first, and `success` when that is done.
local function callWhoIsDue(found, now)
  local isIdle = found.pending == '0' and found.waits == '0'
  if not found.completedAt and isIdle and found.openChildren == '0' then
    note(found, 'completedAt', now)
    callbacks().call(found.bid, 'complete', now, found)
  end
  local hasWon = found.completedAt and isIdle and found.failed == '0' and found.unwonChildren == '0'
  if hasWon and not found.succeededAt and callbacks().isDone(found, 'complete') then
    note(found, 'succeededAt', now)
    callbacks().call(found.bid, 'success', now, found)
  end
end

-- The one around it need not wait for it. Of one that is tried again a callback that has died may be so as
-- well, a step later.
local function isOver(found)
  if found.cancelledAt then return true end
  return not found.isRetrying and found.completedAt and callbacks().isEnded(found, 'complete')
    and (not found.succeededAt or callbacks().isEnded(found, 'success'))
end

local function hasWon(found) return found.succeededAt and callbacks().isDone(found, 'success') end

-- Something of it, or of the batches in it, runs, or waits to run.
local function isActive(found)
  local isLive = found.waits == '0' and membership().isLive('batch:' .. found.bid)
  return isLive or found.activeChildren ~= '0'
end

-- Nothing of it, or of the batches in it, is to come, unless somebody does something about it.
local function isEnded(found)
  return found.overAt and not found.isActive and not found.isRetrying and found.unendedChildren == '0'
    and not callbacks().isOut(found, 'death')
end

-- Takes note of whether something is so of a batch, when it was otherwise before. Returns whether it was.
local function update(found, field, isSo, now, counter, by)
  if (isSo and true or false) == (found[field] and true or false) then return false end
  note(found, field, isSo and now or nil, counter, by)
  return true
end

-- Does with one batch what is due. Returns the one around it when that is to be looked at too.
local function settleOne(bid, now)
  local found = read(bid)
  if not found then return nil end
  if membership().isClosed('batch:' .. bid) then
    endCancellation(found, now)
  elseif found.committedAt and not found.cancelledAt and not found.isRetrying then
    callWhoIsDue(found, now)
  end
  update(found, 'overAt', isOver(found), now, 'openChildren', -1)
  update(found, 'isActive', isActive(found), now, 'activeChildren', 1)
  local wins = update(found, 'wonAt', found.wonAt or hasWon(found), now, 'unwonChildren', -1)
  local endChanges = update(found, 'endedAt', isEnded(found), now, 'unendedChildren', -1)
  write(found)
  if wins then gates().tell(bid, 'success', now) end
  if endChanges and found.endedAt then gates().noteEnd(bid, found, now) end
  if endChanges and not found.endedAt then gates().takeBackEnd(bid, found.key) end
  return next(found.counts) and found.parent or nil
end

-- Does with a batch, and those around it, what is due. What is further up than can be looked at in one step
-- is a chore.
function batches.settle(bid, now)
  local one = settleOne(bid, now)
  while one and lookedAt < MAX_LOOKED_AT do
    lookedAt = lookedAt + 1
    one = settleOne(one, now)
  end
  if one then gates().addChore('settle ' .. one, now) end
end

-- A batch is waited for no longer by the one around it.
function batches.leave(bid, parent, now)
  if not batches.isThere(parent) then return end
  local found = read(bid)
  if not found.overAt then count(parent, 'openChildren', -1) end
  if not found.wonAt then count(parent, 'unwonChildren', -1) end
  if not found.endedAt then count(parent, 'unendedChildren', -1) end
  if found.isActive then count(parent, 'activeChildren', -1) end
  if found.isClosedWithParent and not found.cancelledAt then count(parent, 'closingChildren', -1) end
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
