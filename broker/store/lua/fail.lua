-- Ends the reservation of jobs that failed: each is retried later, dies, or is discarded.
-- A job whose reservation merely ran out is never discarded: nobody said that it failed. When that was
-- a lease, or its worker is gone, it need not wait to be tried again.
-- One whose record is damaged dies. One of a format that is not known here is left to another broker;
-- if it is overdue, it is again in a minute, so that it is in nobody's way.
-- One that was called off is cancelled, whatever it is that happened to it.
-- Uses records, runs, presence, endings, cancellations, tracking
-- KEYS[1] jobs
-- KEYS[2] working
-- KEYS[3] reservations
-- KEYS[4] retries
-- KEYS[5] dead
-- KEYS[6] counters
-- KEYS[7] history
-- KEYS[8] alive
-- KEYS[9] outage
-- KEYS[10] ties
-- KEYS[11] cancelling
-- KEYS[12] cancelled
-- KEYS[13] groups
-- KEYS[14] progress
-- KEYS[15] stalling
-- KEYS[16] flushes
-- KEYS[17] batch
-- KEYS[18] queue
-- KEYS[19] queues
-- KEYS[20] sequence
-- KEYS[21] notices
-- ARGV[1] now
-- ARGV[2] day: YYYY-MM-DD
-- ARGV[3] each jid
-- ARGV[4] each report: MessagePack {errtype, message, backtrace, retryAt, isFinal}, the last two where
--   they were told
-- ARGV[5] each jitter: a whole number from 0 to 29
-- ARGV[6] each cause: "reported", "expired" when it counts only if the reservation has run out, "stalled"
--   when only if the run has been noted as stalled and has told nothing since, or "lost" when its worker
--   is gone
-- ARGV[7] each token: of the lease that the worker has; 0 for one that names none
-- ARGV[8] each call: the one that handed the job out; an empty string for whichever it was
-- Returns for each job: {"retried", when, isLost}, {"died", 0, isLost}, where isLost is 1 when its worker is
-- gone and 0 otherwise, {"discarded"}, {"cancelled"}, {"stale"} when it is not the worker's any longer,
-- {"postponed", when} with the new end of a lease that nobody could renew for a while, {"unreadable",
-- version} when it was left to another broker, {"unknown"} when it was not being worked on, or {"later"}
-- when it is to be asked for again, since the jobs before it were large

local records, runs, presence = records(), runs(), presence()
local jobs, working, reservations, retries, dead = unpack(KEYS, 1, 5)
local counters, history, cancelling = KEYS[6], KEYS[7], KEYS[11]
local now, day = tonumber(ARGV[1]), ARGV[2]
local DEFAULT_RETRY = 25
local POSTPONED_MS = 60000
-- Ten years. A client may hand over a job with any count of failures, and no date is endless.
local MAX_RETRY_SECONDS = 315360000
local MAX_BYTES = 1048576
local OUTCOMES = { reported = 'failed', expired = 'expired', stalled = 'stalled' }
local rewritten = 0
local outcomes = {}
local count = 0
local isAnyCalledOff = redis.call('EXISTS', cancelling) == 1

-- What FWP keeps of the failures so far, this one included.
local function failed(failure, retry, report)
  if failure then
    failure.retryCount = failure.retryCount + 1
    if failure.remaining > 0 then failure.remaining = failure.remaining - 1 end
  else
    failure = { retryCount = 0, remaining = retry }
  end
  failure.failedAt = failure.failedAt or now
  failure.errtype = report.errtype
  failure.message = report.message
  failure.backtrace = report.backtrace
  return failure
end

-- Until when a lease lasts that nobody could renew, since no broker was there; nothing for others.
local function findGrace(run)
  local grace = run.leaseMs > 0 and presence.graceFor(run.leaseMs, now) or 0
  return grace > now and grace or nil
end

local function fail(jid, report, jitter, cause, token, call)
  local deadline = redis.call('ZSCORE', working, jid)
  local run = runs.read(redis.call('HGET', reservations, jid))
  if token ~= '0' and (not deadline or run.token ~= token) then return { 'stale' } end
  if not deadline or (cause == 'expired' and tonumber(deadline) > now) then return { 'unknown' } end
  if call ~= '' and run.call ~= call then return { 'unknown' } end
  if cause == 'stalled' and not tracking().isStalled(jid) then return { 'unknown' } end
  if rewritten > MAX_BYTES then return { 'later' } end
  local grace = cause == 'expired' and findGrace(run)
  if grace then
    redis.call('ZADD', working, grace, jid)
    return { 'postponed', grace }
  end
  if isAnyCalledOff and redis.call('SISMEMBER', cancelling, jid) == 1 then
    rewritten = rewritten + cancellations().conclude(jid, now, day)
    return { 'cancelled' }
  end
  local isLost = cause == 'lost' or (cause == 'expired' and run.leaseMs > 0)
  if isLost then
    report = { errtype = 'WorkerLost', message = 'worker lost: ' .. run.wid, backtrace = {} }
  end
  local record = redis.call('HGET', jobs, jid)
  local header, textStart = records.unpackHeader(record)
  local version = not header and textStart
  if version then
    if cause == 'expired' or cause == 'lost' then redis.call('ZADD', working, now + POSTPONED_MS, jid) end
    return { 'unreadable', tostring(version) }
  end
  redis.call('ZREM', working, jid)
  redis.call('HDEL', reservations, jid)
  if not record then
    redis.log(redis.LOG_WARNING, 'millrace: a job without a record was in ' .. working)
    endings().gone({ jid }, now)
    return { 'unknown' }
  end
  count = count + 1
  if not header then
    redis.log(redis.LOG_WARNING, 'millrace: a job with a damaged record was in ' .. working)
    redis.call('ZADD', dead, now, jid)
    endings().died({ jid }, now)
    return { 'died', 0, 0 }
  end

  local retry = header.retry or DEFAULT_RETRY
  if retry == 0 and cause == 'reported' then
    redis.call('HDEL', jobs, jid)
    tracking().ended({ jid }, 'failed', now)
    endings().gone({ jid }, now)
    return { 'discarded' }
  end

  runs.note(header, run, now, isLost and 'lost' or OUTCOMES[cause], report)
  local failure = failed(header.failure, retry, report)
  header.failure = failure
  local outcome
  if failure.retryCount < retry and not report.isFinal then
    local seconds = failure.retryCount ^ 4 + 15 + jitter * (failure.retryCount + 1)
    if isLost then seconds = 0 end
    if report.retryAt then seconds = (report.retryAt - now) / 1000 end
    failure.nextAt = now + math.min(math.max(seconds, 0), MAX_RETRY_SECONDS) * 1000
    redis.call('ZADD', retries, failure.nextAt, jid)
    endings().failed({ jid }, now)
    outcome = { 'retried', failure.nextAt, isLost and 1 or 0 }
  else
    redis.call('ZADD', dead, now, jid)
    endings().died({ jid }, now)
    outcome = { 'died', 0, isLost and 1 or 0 }
  end
  rewritten = rewritten + #record
  redis.call('HSET', jobs, jid, cmsgpack.pack(header) .. record:sub(textStart + 1))
  return outcome
end

for index = 3, #ARGV, 6 do
  local jid, report, jitter, cause, token, call = unpack(ARGV, index, index + 5)
  outcomes[#outcomes + 1] = fail(jid, cmsgpack.unpack(report), tonumber(jitter), cause, token, call)
end

if count > 0 then
  for _, counter in ipairs({ 'processed', 'failures' }) do
    redis.call('HINCRBY', counters, counter, count)
    redis.call('HINCRBY', history, counter .. ':' .. day, count)
  end
end

return outcomes
