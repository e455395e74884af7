-- Batches that wait: for others to start, to succeed or to end, and for their own commit. `waits` is how
-- many of these have not come yet; until then their jobs are held. What is more than a step is a chore,
-- and goes on by itself: see keys.ts.
-- Uses batches, lifecycle, membership
-- KEYS sequence, notices, batch

local gates = {}
local chores = batch .. 'chores'
-- When jobs are due that a batch holds: the last date there is. Clients can't name it, as their years have
-- four digits.
local HELD = 8640000000000000

local function of(bid) return batch .. bid end

-- Something is to be done with many.
function gates.addChore(chore, now)
  redis.call('ZADD', chores, now, chore)
  redis.call('PUBLISH', notices, 'chores')
end

local function followersOf(bid, moment) return of(bid) .. ':' .. moment end

-- A batch has come to a moment, "start", "success" or "end", or never will: those that wait for it are told.
function gates.tell(bid, moment, now)
  if redis.call('EXISTS', followersOf(bid, moment)) == 1 then gates.addChore('tell ' .. moment .. ' ' .. bid, now) end
end

local MOMENTS = { start = 'startedAt', success = 'wonAt', ['end'] = 'endedAt' }

-- Whether a batch has come to a moment.
function gates.hasCome(bid, moment) return redis.call('HEXISTS', of(bid), MOMENTS[moment]) == 1 end

-- One batch is to wait until another has come to a moment, unless it has, or is to do so already. Returns
-- whether that is one thing more.
function gates.follow(bid, other, moment)
  return not gates.hasCome(other, moment) and redis.call('SADD', followersOf(other, moment), bid) == 1
end

-- The time of a batch that has started, or is tried again, begins now.
function gates.rearm(bid, now)
  local timeoutMs, startedAt = unpack(redis.call('HMGET', of(bid), 'timeoutMs', 'startedAt'))
  if timeoutMs and startedAt then redis.call('ZADD', batch .. 'deadlines', now + timeoutMs, bid) end
end

-- The last of a key's line.
function gates.enterLine(key, bid)
  redis.call('ZADD', batch .. 'line:' .. key, 'NX', redis.call('INCR', sequence), bid)
end

-- Another batch that has the key of this one, which has ended: then nothing of this one may run again. Nil when
-- there is none.
function gates.findOwnRival(bid)
  local key, endedAt = unpack(redis.call('HMGET', of(bid), 'key', 'endedAt'))
  return key and endedAt and redis.call('ZRANGE', batch .. 'line:' .. key, 0, 0)[1] or nil
end

-- The same of this one, and of those around it.
function gates.findRival(bid)
  local one, rival = bid, nil
  while one and not rival do
    rival = gates.findOwnRival(one)
    one = batches().parentOf(one)
  end
  return rival
end

-- The same of one that jobs, or batches, are to join: those around it have ended as well, if it has.
function gates.findOvertaker(bid)
  return redis.call('HEXISTS', of(bid), 'endedAt') == 1 and gates.findRival(bid) or nil
end

-- A batch waits for nothing any longer.
function gates.start(bid, now)
  redis.call('HSET', of(bid), 'startedAt', now)
  gates.rearm(bid, now)
  if redis.call('EXISTS', of(bid) .. ':held') == 1 then gates.addChore('release ' .. bid, now) end
  gates.tell(bid, 'start', now)
  batches().settle(bid, now)
end

-- Whether a batch has not started.
function gates.isWaiting(bid) return (redis.call('HGET', of(bid), 'waits') or '0') ~= '0' end

-- Why a job that has ended may not run again: {"waits", bid} of its batch; {"runs", bid} of another one that
-- has the key; {"tag", tag} of one that is being called off; {"batch", bid} of one that was. Nil when it may.
function gates.findHold(tied)
  if tied.batch and gates.isWaiting(tied.batch) then return { 'waits', tied.batch } end
  local rival = tied.batch and gates.findRival(tied.batch)
  if rival then return { 'runs', rival } end
  local closed = membership().findClosed(tied)
  return closed and { closed:match('^(%a+):(.*)$') } or nil
end

-- A job of a batch that waits is held. Returns when it is due, in `scheduled`; nil when the batch has started.
function gates.hold(bid, jid, due)
  if not gates.isWaiting(bid) then return nil end
  -- By their own times, and before these the others in their order.
  local order = due or redis.call('INCR', sequence) - 2 ^ 53
  redis.call('ZADD', of(bid) .. ':held', order, jid)
  return HELD
end

-- One of the things that a batch waits for has come.
function gates.pass(bid, now)
  if not batches().isThere(bid) then return end
  if redis.call('HINCRBY', of(bid), 'waits', -1) == 0 then gates.start(bid, now) end
end

-- An outermost batch that has ended is forgotten a while later, with all that are in it.
function gates.finish(bid, endedAt) redis.call('ZADD', batch .. 'finished', endedAt, bid) end

-- A batch has ended: the next one of its key may start.
function gates.noteEnd(bid, found, now)
  if found.key then redis.call('ZREM', batch .. 'line:' .. found.key, bid) end
  redis.call('ZREM', batch .. 'deadlines', bid)
  if not found.parent or not batches().isThere(found.parent) then gates.finish(bid, now) end
  gates.tell(bid, 'end', now)
end

-- It goes on after all.
function gates.takeBackEnd(bid, key)
  if key then gates.enterLine(key, bid) end
  redis.call('ZREM', batch .. 'finished', bid)
  redis.call('ZREM', batch .. 'chores', 'tell end ' .. bid)
end

-- Whether what a chore is for is still to be done: another broker may have been faster.
function gates.isDue(chore) return redis.call('ZSCORE', chores, chore) end

return gates
