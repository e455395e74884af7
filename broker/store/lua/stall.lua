-- Notes runs as stalled of which nothing was told for too long. One that is to be called off for that is,
-- in the same step. One that is to fail has to be failed next; should who asks die before, it comes up
-- again in a minute.
-- After a while without any broker none is, before there was time to be heard again.
-- Uses presence, runs, tracking, withdrawals
-- KEYS[1] stalling
-- KEYS[2] scheduled
-- KEYS[3] retries
-- KEYS[4] queue
-- KEYS[5] working
-- KEYS[6] reservations
-- KEYS[7] cancels
-- KEYS[8] cancelling
-- KEYS[9] cancelled
-- KEYS[10] notices
-- KEYS[11] ties
-- KEYS[12] progress
-- KEYS[13] flushes
-- KEYS[14] alive
-- KEYS[15] outage
-- KEYS[16] groups
-- KEYS[17] batch
-- KEYS[18] jobs
-- KEYS[19] queues
-- KEYS[20] sequence
-- ARGV[1] now
-- ARGV[2] each jid
-- Returns for each job {onStall, call, wid, stallMs} when it is stalled: what is to become of it, the call
-- that handed it out, to whom, and how long it may be silent; {"postponed", when}; or {"unknown"} when
-- something has been told meanwhile, or its run has ended, or was called off

local presence, runs, tracking = presence(), runs(), tracking()
local stalling, reservations, cancelling = KEYS[1], KEYS[6], KEYS[8]
local now = tonumber(ARGV[1])
local UNDONE_MS = 60000
-- A week: the run may yet go on, and then it has to be known how long it may be silent.
local STALLED_KEPT_MS = 604800000

local isAnyCalledOff = false

local function callOff(jid, stallMs)
  isAnyCalledOff = true
  local reason = 'no progress for ' .. stallMs / 1000 .. ' s'
  withdrawals().callOff(jid, nil, cmsgpack.pack({ at = now, reason = reason, by = 'stall' }), now)
end

local function stall(jid)
  local deadline = redis.call('ZSCORE', stalling, jid)
  if not deadline or tonumber(deadline) > now then return { 'unknown' } end
  local key = tracking.keyOf(jid)
  local run, onStall, stallMs = unpack(redis.call('HMGET', key, 'run', 'onStall', 'stallMs'))
  local holder = runs.read(redis.call('HGET', reservations, jid))
  local isCalledOff = redis.call('SISMEMBER', cancelling, jid) == 1
  if not run or holder.call ~= run or not stallMs or isCalledOff then
    redis.call('ZREM', stalling, jid)
    return { 'unknown' }
  end
  local grace = presence.graceFor(tonumber(stallMs), now)
  if grace > now then
    redis.call('ZADD', stalling, grace, jid)
    return { 'postponed', grace }
  end
  redis.call('HSETNX', key, 'stalledAt', now)
  redis.call('PEXPIRE', key, STALLED_KEPT_MS)
  if onStall == 'cancel' then callOff(jid, stallMs) end
  if onStall == 'retry' then
    redis.call('ZADD', stalling, now + UNDONE_MS, jid)
  else
    redis.call('ZREM', stalling, jid)
  end
  return { onStall, run, holder.wid, tonumber(stallMs) }
end

local outcomes = {}
for index = 2, #ARGV do outcomes[#outcomes + 1] = stall(ARGV[index]) end
if isAnyCalledOff then withdrawals().finish(now) end

return outcomes
