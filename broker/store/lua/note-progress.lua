-- Notes what is told of the progress of jobs, and when each is stalled if nothing more is told of it.
-- What is left out stays as it was told before, but not as it was told of an earlier run.
-- Uses runs, tracking
-- KEYS[1] jobs
-- KEYS[2] working
-- KEYS[3] reservations
-- KEYS[4] ties
-- KEYS[5] progress
-- KEYS[6] stalling
-- KEYS[7] flushes
-- ARGV[1] now
-- ARGV[2] each jid
-- ARGV[3] each token: of the lease that the worker has; 0 for one that names none
-- ARGV[4] each told: MessagePack {percent, desc, result, stallMs, onStall}, all of them texts
-- ARGV[5] each reserveUntil: the end of the reservation, unless it is later already; or an empty string
-- Returns a digit for each job: 1 when it is noted, 0 when the worker's lease is stale: nothing has changed
-- then

local runs, tracking = runs(), tracking()
local jobs, working, reservations, ties, _, stalling = unpack(KEYS)
local now = tonumber(ARGV[1])
local NO_LEASE = '0'
local OF_A_RUN = { 'percent', 'desc', 'result', 'stallMs', 'onStall', 'stalledAt' }

-- From now on it is known of the job where it is, and at its end how it ended.
local function track(jid)
  local tied = tracking.tiesOf(jid)
  if tied.track or redis.call('HEXISTS', jobs, jid) == 0 then return end
  tied.track = now
  redis.call('HSET', ties, jid, cmsgpack.pack(tied))
end

-- How long the run may be silent, as it was told now or before; 0 for ever.
local function watch(jid, key, told)
  redis.call('HDEL', key, 'stalledAt')
  local stallMs = tonumber(told.stallMs or redis.call('HGET', key, 'stallMs') or 0)
  if stallMs > 0 then
    redis.call('ZADD', stalling, now + stallMs, jid)
  else
    redis.call('ZREM', stalling, jid)
  end
  return stallMs
end

local function note(jid, token, told, reserveUntil)
  local run = runs.read(redis.call('HGET', reservations, jid))
  if token ~= NO_LEASE and run.token ~= token then return 0 end
  local key = tracking.keyOf(jid)
  local stallMs = 0
  if run.call then
    if redis.call('HGET', key, 'run') ~= run.call then redis.call('HDEL', key, unpack(OF_A_RUN)) end
    redis.call('HSET', key, 'run', run.call)
    stallMs = watch(jid, key, told)
    if reserveUntil ~= '' then redis.call('ZADD', working, 'XX', 'GT', reserveUntil, jid) end
  else
    -- Nobody works on it, and so nobody can stop.
    told.stallMs, told.onStall = nil, nil
  end
  -- By the time, so that it has grown even when all that was known before is forgotten.
  local seq = math.max(now, (tonumber(redis.call('HGET', key, 'seq')) or 0) + 1)
  redis.call('HSET', key, 'updatedAt', now, 'seq', string.format('%.0f', seq))
  for name, value in pairs(told) do redis.call('HSET', key, name, value) end
  redis.call('PEXPIRE', key, string.format('%.0f', tracking.KEPT_MS + stallMs))
  track(jid)
  return 1
end

local noted = {}
for index = 2, #ARGV, 4 do
  local jid, token, told, reserveUntil = unpack(ARGV, index, index + 3)
  noted[#noted + 1] = note(jid, token, cmsgpack.unpack(told), reserveUntil)
end

return table.concat(noted)
