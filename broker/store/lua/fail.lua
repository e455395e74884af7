-- Ends the reservation of jobs that failed: each is retried later, dies, or is discarded.
-- A job whose reservation merely ran out is never discarded: nobody said that it failed.
-- One whose record is damaged dies. One of a format that is not known here is left to another broker;
-- if it is overdue, it is again in a minute, so that it is in nobody's way.
-- KEYS[1] jobs
-- KEYS[2] working
-- KEYS[3] reservations
-- KEYS[4] retries
-- KEYS[5] dead
-- KEYS[6] counters
-- KEYS[7] history
-- ARGV[1] now
-- ARGV[2] day: YYYY-MM-DD
-- ARGV[3] each jid
-- ARGV[4] each report: MessagePack {errtype, message, backtrace, retryAt}, the last where it was told
-- ARGV[5] each jitter: a whole number from 0 to 29
-- ARGV[6] each cause: "reported", or "expired" when it counts only if the reservation has run out
-- Returns for each job: {"retried", when}, {"died"}, {"discarded"}, {"unreadable", version} when it
-- was left to another broker, {"unknown"} when it was not being worked on, or {"later"} when it is to
-- be asked for again, since the jobs before it were large

local jobs, working, reservations, retries, dead, counters, history = unpack(KEYS)
local now = tonumber(ARGV[1])
local DEFAULT_RETRY = 25
local FORMAT = 1
-- What counts add up to, since more is not exact; and the last date that JavaScript knows.
local MAX_INTEGER, MAX_TIME = 9007199254740992, 8640000000000000
local POSTPONED_MS = 60000
-- Ten years. A client may hand over a job with any count of failures, and no date is endless.
local MAX_RETRY_SECONDS = 315360000
local MAX_BYTES = 1048576
local rewritten = 0
local outcomes = {}
local count = 0

-- Where the text of a record ends, as MessagePack tells at its start; 0 when nothing is told.
local function textEnd(record, textStart)
  local mark, a, b, c, d = record:byte(textStart + 1, textStart + 5)
  if mark == 0xc6 and d then return textStart + 5 + ((a * 256 + b) * 256 + c) * 256 + d end
  if mark == 0xc5 and b then return textStart + 3 + a * 256 + b end
  if mark == 0xc4 and a then return textStart + 2 + a end
  return 0
end

-- The header of a record and where its text begins; or nil, and the version of a format that is not
-- known here, if it tells one. Whatever is damaged has to be found before anything is written.
local function unpackHeader(record)
  local isRead, textStart, header = pcall(cmsgpack.unpack_one, record)
  if not isRead or type(header) ~= 'table' or type(header.v) ~= 'number' then return nil end
  if header.v ~= FORMAT then return nil, header.v end
  local function isNumber(value, limit)
    return type(value) == 'number' and math.abs(value) <= limit
  end
  local function isCount(value) return value == nil or isNumber(value, MAX_INTEGER) end
  local function isTime(value) return value == nil or isNumber(value, MAX_TIME) end
  local function isTold(value) return type(value) == 'string' or isTime(value) end
  local failure = header.failure or { retryCount = 0, remaining = 0, errtype = '', message = '' }
  local isSound = type(header.queue) == 'string' and isCount(header.retry)
    and isCount(header.reserveFor) and isCount(header.priority) and isTime(header.enqueuedAt)
    and type(failure) == 'table' and isNumber(failure.retryCount, MAX_INTEGER)
    and isNumber(failure.remaining, MAX_INTEGER) and isTold(failure.failedAt)
    and isTold(failure.nextAt) and type(failure.errtype) == 'string'
    and type(failure.message) == 'string'
    and (failure.backtrace == nil or type(failure.backtrace) == 'table')
  if not isSound then return nil end
  if textEnd(record, textStart) ~= #record then return nil end
  return header, textStart
end

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

local function fail(jid, report, jitter, cause)
  local deadline = redis.call('ZSCORE', working, jid)
  if not deadline or (cause == 'expired' and tonumber(deadline) > now) then return { 'unknown' } end
  if rewritten > MAX_BYTES then return { 'later' } end
  local record = redis.call('HGET', jobs, jid)
  local header, textStart = unpackHeader(record)
  local version = not header and textStart
  if version then
    if cause == 'expired' then redis.call('ZADD', working, now + POSTPONED_MS, jid) end
    return { 'unreadable', tostring(version) }
  end
  redis.call('ZREM', working, jid)
  redis.call('HDEL', reservations, jid)
  if not record then
    redis.log(redis.LOG_WARNING, 'millrace: a job without a record was in ' .. working)
    return { 'unknown' }
  end
  count = count + 1
  if not header then
    redis.log(redis.LOG_WARNING, 'millrace: a job with a damaged record was in ' .. working)
    redis.call('ZADD', dead, now, jid)
    return { 'died' }
  end

  local retry = header.retry or DEFAULT_RETRY
  if retry == 0 and cause == 'reported' then
    redis.call('HDEL', jobs, jid)
    return { 'discarded' }
  end

  local failure = failed(header.failure, retry, report)
  header.failure = failure
  local outcome
  if failure.retryCount < retry then
    local seconds = failure.retryCount ^ 4 + 15 + jitter * (failure.retryCount + 1)
    if report.retryAt then seconds = (report.retryAt - now) / 1000 end
    failure.nextAt = now + math.min(math.max(seconds, 0), MAX_RETRY_SECONDS) * 1000
    redis.call('ZADD', retries, failure.nextAt, jid)
    outcome = { 'retried', failure.nextAt }
  else
    redis.call('ZADD', dead, now, jid)
    outcome = { 'died' }
  end
  rewritten = rewritten + #record
  redis.call('HSET', jobs, jid, cmsgpack.pack(header) .. record:sub(textStart + 1))
  return outcome
end

for index = 3, #ARGV, 4 do
  local jid, report, jitter, cause = unpack(ARGV, index, index + 3)
  outcomes[#outcomes + 1] = fail(jid, cmsgpack.unpack(report), tonumber(jitter), cause)
end

if count > 0 then
  for _, counter in ipairs({ 'processed', 'failures' }) do
    redis.call('HINCRBY', counters, counter, count)
    redis.call('HINCRBY', history, counter .. ':' .. ARGV[2], count)
  end
end

return outcomes
