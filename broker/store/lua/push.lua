-- Stores new jobs: each in its queue or, when it is not due yet, in scheduled.
-- A job that is live already stays as it is; one that is dead, or has been removed and is only not
-- deleted yet, starts anew. One that was called off is refused.
-- Uses records
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
-- KEYS[12] cancels
-- KEYS[13] cancelling
-- KEYS[14] cancelled
-- ARGV[1] origin: the broker that need not be told of what it did itself
-- ARGV[2] each jid
-- ARGV[3] each queue
-- ARGV[4] each band: the first place of the job's priority
-- ARGV[5] each due: when it may run, or an empty string for at once
-- ARGV[6] each record
-- Returns a letter for each job: s when it was stored, l when it was live already, r when it is refused;
-- and then why, for each that is refused: {"cancelled", why} or {"cancelling", why}, with what `cancels`
-- has of it

local jobs, queues, prefix, scheduled, retries, working = unpack(KEYS, 1, 6)
local dead, removals, revived, sequence, notices, cancels, cancelling, cancelled = unpack(KEYS, 7)
local origin = ARGV[1]
local count = (#ARGV - 1) / 5
if count == 0 then return { '' } end

local jids = {}
for index = 1, count do jids[index] = ARGV[index * 5 - 3] end
local stored = redis.call('HMGET', jobs, unpack(jids))
local place = redis.call('INCRBY', sequence, count) - count

-- Why a job that has a record may not be pushed at all: it was called off, and stays so.
local function findRefusal(jid)
  local state = redis.call('ZSCORE', cancelled, jid) and 'cancelled'
    or redis.call('SISMEMBER', cancelling, jid) == 1 and 'cancelling'
  return state and { state, redis.call('HGET', cancels, jid) }
end

-- Whether a job is live that has a record and is not dead. If nothing is removed, it must be.
local function isLive(jid, record)
  if redis.call('EXISTS', removals) == 0 then return true end
  for _, set in ipairs({ scheduled, retries, working }) do
    if redis.call('ZSCORE', set, jid) then return true end
  end
  local name = records.findQueue(record)
  -- It could be in any queue: better that it stays as it is than that it is in two.
  return not name or redis.call('ZSCORE', prefix .. name, jid)
end

-- Whether a job that has a record may start anew. One that has been removed stays in the removal,
-- which could be any of very many; instead, delete-removed.lua is told to leave its record alone.
local function unearth(jid, record)
  if redis.call('ZREM', dead, jid) == 1 then return true end
  if isLive(jid, record) then return false end
  redis.call('HINCRBY', revived, jid, 1)
  return true
end

-- All that is new, as the commands take it: one for each set, not one for each job.
local newRecords, newPlaces, newDues = {}, {}, {}

local function append(values, first, second)
  values[#values + 1] = first
  values[#values + 1] = second
end

local letters = {}
local reply = { '' }
local seen = {}
for index, jid in ipairs(jids) do
  local name, band, due, record = unpack(ARGV, index * 5 - 2, index * 5 + 1)
  local before = stored[index]
  local refusal = before and findRefusal(jid)
  local isNew = not refusal and not seen[jid] and (not before or unearth(jid, before))
  seen[jid] = true
  letters[index] = isNew and 's' or refusal and 'r' or 'l'
  if refusal then reply[#reply + 1] = refusal end
  if isNew then append(newRecords, jid, record) end
  if isNew and due ~= '' then
    append(newDues, due, jid)
  elseif isNew then
    newPlaces[name] = newPlaces[name] or {}
    append(newPlaces[name], band + place + index, jid)
  end
end
reply[1] = table.concat(letters)

if #newRecords > 0 then redis.call('HSET', jobs, unpack(newRecords)) end
if #newDues > 0 then redis.call('ZADD', scheduled, unpack(newDues)) end
for name, places in pairs(newPlaces) do
  local queue = prefix .. name
  redis.call('SADD', queues, name)
  if redis.call('EXISTS', queue) == 0 then
    redis.call('PUBLISH', notices, 'queue ' .. name .. ' ' .. origin)
  end
  redis.call('ZADD', queue, unpack(places))
end

return reply
