-- How a batch is listed, called off, taken up again and forgotten.
-- Uses batches, callbacks, closing, gates
-- KEYS batch

local lifecycle = {}

local function of(bid) return batch .. bid end

-- Batches are listed by their age, by key and by tag.
function lifecycle.list(bid, name, now) redis.call('ZADD', of('list:') .. name, now, bid) end

-- Calls off a batch: none of its jobs is handed out from now on, and none joins it. Those that are there,
-- and the batches in it, are called off in steps.
function lifecycle.close(bid, at, reason, by)
  if batches().isCancelled(bid) then return end
  closing().close('batch:' .. bid, at, reason, by)
  batches().forgetCancelled()
  -- It does not expire any longer, and is not tried again.
  redis.call('ZREM', of('uncommitted'), bid)
  redis.call('HDEL', of(bid), 'isRetrying', 'retriedChildren')
  redis.call('ZREM', of('chores'), 'retry ' .. bid)
  if redis.call('EXISTS', of(bid) .. ':children') == 1 then
    redis.call('HSET', of(bid), 'isClosingChildren', 0)
    gates().addChore('close ' .. bid, at)
  end
  batches().fail(bid, at)
  batches().settle(bid, at)
end

-- It goes on after all: it is called off no longer, if it was, and may fail anew. Nothing is concluded
-- before the batches in it go on as well.
function lifecycle.reopen(bid, now)
  if redis.call('HSETNX', of(bid), 'isRetrying', 1) == 0 then return end
  local wasCancelled = redis.call('HDEL', of(bid), 'cancelledAt', 'isClosedWithParent') > 0
  redis.call('HDEL', of(bid), 'failedAt')
  callbacks().rearm(bid, 'death')
  if wasCancelled then closing().forget('batch:' .. bid) end
  batches().forgetCancelled()
  gates().rearm(bid, now)
  batches().settle(bid, now)
  gates().addChore('retry ' .. bid, now)
end

-- All of it goes on. Callbacks that were deleted are called again when they are due.
function lifecycle.endRetry(bid, now)
  redis.call('HDEL', of(bid), 'isRetrying', 'retriedChildren')
  if callbacks().takeBackGone(bid, 'complete') then redis.call('HDEL', of(bid), 'completedAt') end
  if callbacks().takeBackGone(bid, 'success') then redis.call('HDEL', of(bid), 'succeededAt') end
  batches().settle(bid, now)
end

-- Nothing is known of it any longer. Its jobs are jobs as any other.
function lifecycle.forget(bid, now)
  local parent, key, tags = unpack(redis.call('HMGET', of(bid), 'parent', 'key', 'tags'))
  if not parent then redis.call('ZREM', of('list:'), bid) end
  if key then
    redis.call('ZREM', of('list:') .. 'key:' .. key, bid)
    redis.call('ZREM', of('line:') .. key, bid)
  end
  for _, tag in ipairs(tags and cmsgpack.unpack(tags) or {}) do redis.call('ZREM', of('list:') .. 'tag:' .. tag, bid) end
  redis.call('SREM', of('all'), bid)
  redis.call('ZREM', of('finished'), bid)
  closing().forget('batch:' .. bid)
  redis.call('ZREM', of('deadlines'), bid)
  redis.call('UNLINK', of(bid), of(bid) .. ':held', of(bid) .. ':results')
  if redis.call('EXISTS', of(bid) .. ':children') == 1 then gates().addChore('free ' .. bid, now) end
  -- What waits for it would wait for ever.
  for _, moment in ipairs({ 'start', 'success', 'end' }) do gates().tell(bid, moment, now) end
end

return lifecycle
