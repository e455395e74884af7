-- What the ends of its jobs mean to a batch. Each is told of a job of one: {jid, ties}. A batch that has
-- expired is there no longer.
-- Uses batches, callbacks
-- KEYS ties, batch

local outcomes = {}

local function count(bid, field, by) redis.call('HINCRBY', batch .. bid, field, by) end

function outcomes.done(job)
  local bid, kind = job.ties.batch, job.ties.callback
  if not batches().isThere(bid) then return end
  if kind then
    callbacks().done(bid, kind)
  elseif job.ties.hasFailed then
    count(bid, 'failed', -1)
  else
    count(bid, 'pending', -1)
  end
end

-- What came of it is kept as long as the batch is.
function outcomes.keepResult(job, result)
  local bid = job.ties.batch
  if bid and not job.ties.callback and batches().isThere(bid) then
    redis.call('HSET', batch .. bid .. ':results', job.jid, result)
  end
end

-- It may be tried again, and its ties say from now on that it has failed. A callback that fails is none
-- of the batch's business as long as it may be tried again.
function outcomes.failed(job)
  if job.ties.callback or job.ties.hasFailed or not batches().isThere(job.ties.batch) then return end
  job.ties.hasFailed = true
  count(job.ties.batch, 'pending', -1)
  count(job.ties.batch, 'failed', 1)
  redis.call('HSET', ties, job.jid, cmsgpack.pack(job.ties))
end

-- It will not be tried again by itself.
function outcomes.died(job, now)
  local bid, kind = job.ties.batch, job.ties.callback
  if not batches().isThere(bid) then return end
  outcomes.failed(job)
  if kind then callbacks().lose(bid, kind, now) end
  if kind ~= 'death' then batches().fail(bid, now) end
end

-- It was called off. Unless it has failed before, it is as if it had not been tried, should it be tried again.
function outcomes.cancelled(job, now)
  job.ties.isUntried = not job.ties.callback and not job.ties.hasFailed or nil
  outcomes.died(job, now)
end

-- Nothing is left of it, and it was never done.
function outcomes.gone(job, now)
  local bid, kind = job.ties.batch, job.ties.callback
  if not batches().isThere(bid) then return end
  if kind then callbacks().noteGone(bid, kind) else count(bid, 'gone', 1) end
  outcomes.died(job, now)
end

-- It had died or was cancelled, and is to run after all.
function outcomes.revived(job)
  local bid, kind = job.ties.batch, job.ties.callback
  if not batches().isThere(bid) then return end
  if kind then callbacks().find(bid, kind) end
  if not job.ties.isUntried then return end
  job.ties.isUntried, job.ties.hasFailed = nil, nil
  count(bid, 'pending', 1)
  count(bid, 'failed', -1)
  redis.call('HSET', ties, job.jid, cmsgpack.pack(job.ties))
end

return outcomes
