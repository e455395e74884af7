-- Stores new jobs: each in its queue or, when it is not due yet, in scheduled.
-- A job that is live already stays as it is; one that is dead, or has been removed and is only not
-- deleted yet, starts anew.
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] scheduled
-- KEYS[5] retries
-- KEYS[6] working
-- KEYS[7] dead
-- KEYS[8] removals
-- KEYS[9] revived
-- KEYS[10] sequence
-- KEYS[11] notices
-- ARGV[1] origin: the broker that need not be told of what it did itself
-- ARGV[2] each jid
-- ARGV[3] each queue
-- ARGV[4] each band: the first place of the job's priority
-- ARGV[5] each due: when it may run, or an empty string for at once
-- ARGV[6] each record
-- Returns for each job: 1 when it was stored, 0 when it was live already

local jobs, queues, prefix, scheduled, retries, working = unpack(KEYS, 1, 6)
local dead, removals, revived, sequence, notices = unpack(KEYS, 7)
local origin = ARGV[1]
local count = (#ARGV - 1) / 5
local place = redis.call('INCRBY', sequence, count) - count
local known = {}
local stored = {}

-- Whether a job is live that has a record and is not dead. If nothing is removed, it must be.
local function isLive(jid)
  if redis.call('EXISTS', removals) == 0 then return true end
  for _, set in ipairs({ scheduled, retries, working }) do
    if redis.call('ZSCORE', set, jid) then return true end
  end
  local isRead, _, header = pcall(cmsgpack.unpack_one, redis.call('HGET', jobs, jid))
  -- It could be in any queue: better that it stays as it is than that it is in two.
  if not isRead or type(header) ~= 'table' or not header.queue then return true end
  return redis.call('ZSCORE', prefix .. header.queue, jid)
end

-- Whether a job that has a record may start anew. One that has been removed stays in the removal,
-- which could be any of very many; instead, delete-removed.lua is told to leave its record alone.
local function unearth(jid)
  if redis.call('ZREM', dead, jid) == 1 then return true end
  if isLive(jid) then return false end
  redis.call('HINCRBY', revived, jid, 1)
  return true
end

for index = 1, count do
  local jid, name, band, due, record = unpack(ARGV, index * 5 - 3, index * 5 + 1)
  stored[index] = redis.call('HSETNX', jobs, jid, record)
  if stored[index] == 0 and unearth(jid) then
    redis.call('HSET', jobs, jid, record)
    stored[index] = 1
  end
  if stored[index] == 1 and due ~= '' then
    redis.call('ZADD', scheduled, due, jid)
  elseif stored[index] == 1 then
    local queue = prefix .. name
    if not known[name] then
      known[name] = true
      redis.call('SADD', queues, name)
      if redis.call('EXISTS', queue) == 0 then
        redis.call('PUBLISH', notices, 'queue ' .. name .. ' ' .. origin)
      end
    end
    redis.call('ZADD', queue, band + place + index, jid)
  end
end

return stored
