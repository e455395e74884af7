-- Stores new jobs: each in its queue or, when it is not due yet, in scheduled.
-- A job that is live already stays as it is; one that is dead, or done and only kept for a while, or has
-- been removed and is only not deleted yet, starts anew. One that was called off is refused; so is one of
-- a group that is being called off, and one that is pushed on behalf of a job which is so, or is no longer
-- its worker's.
-- Uses records, behalf, membership, closing, endings, batches, gates
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] scheduled
-- KEYS[5] retries
-- KEYS[6] working
-- KEYS[7] dead
-- KEYS[8] done
-- KEYS[9] removals
-- KEYS[10] revived
-- KEYS[11] sequence
-- KEYS[12] notices
-- KEYS[13] cancels
-- KEYS[14] cancelling
-- KEYS[15] cancelled
-- KEYS[16] ties
-- KEYS[17] groups
-- KEYS[18] reservations
-- KEYS[19] batch
-- ARGV[1] origin: the broker that need not be told of what it did itself
-- ARGV[2] now
-- ARGV[3] each jid
-- ARGV[4] each queue
-- ARGV[5] each band: the first place of the job's priority
-- ARGV[6] each due: when it may run, or an empty string for at once
-- ARGV[7] each ties: MessagePack, see keys.ts, or an empty string for most, which have none
-- ARGV[8] each behalf: the token of a lease and the jid of its job, with a space between; or an empty string
-- ARGV[9] each record
-- Returns a letter for each job: s when it was stored, l when it was live already, r when it is refused;
-- and then why, for each that is refused: {"cancelled", why} or {"cancelling", why}, with what `cancels`
-- has of it; {"closed", group, running} of a tag's group that is being called off, of which so many jobs
-- run; {"no batch", bid}; {"overtaken", bid} of another batch, with the key of its own, or one around
-- that, which have ended; {"batch cancelled", bid, why} of its batch or one around that; {"parent
-- cancelling", why}, of the job on whose behalf it is; {"parent stale"}

local records = records()
local jobs, queues, prefix, scheduled, retries, working = unpack(KEYS, 1, 6)
local dead, done, removals, revived, sequence, notices = unpack(KEYS, 7, 12)
local cancels, cancelling, cancelled, ties = unpack(KEYS, 13, 16)
local origin, now = ARGV[1], ARGV[2]
local FIELDS = 7
local count = (#ARGV - 2) / FIELDS
if count == 0 then return { '' } end

local jids = {}
for index = 1, count do jids[index] = ARGV[3 + (index - 1) * FIELDS] end
local stored = redis.call('HMGET', jobs, unpack(jids))
local place = redis.call('INCRBY', sequence, count) - count

-- Many jobs ask for the same.
local overtakers = {}
local function findOvertaker(bid)
  if overtakers[bid] == nil then overtakers[bid] = gates().findOvertaker(bid) or false end
  return overtakers[bid]
end

-- Why a job with such ties may not be pushed.
local function findGroupRefusal(tied)
  if tied.batch and not batches().isThere(tied.batch) then return { 'no batch', tied.batch } end
  local overtaker = tied.batch and findOvertaker(tied.batch)
  if overtaker then return { 'overtaken', overtaker } end
  local closed = membership().findClosed(tied)
  local bid = closed and closed:match('^batch:(.*)$')
  if bid then return { 'batch cancelled', bid, closing().why(closed) } end
  if not closed then return nil end
  local _, running = closing().sizes(closed)
  return { 'closed', closed, running }
end

-- Why a job that has a record may not be pushed: it was called off, and stays so.
local function findOwnRefusal(jid)
  local state = redis.call('ZSCORE', cancelled, jid) and 'cancelled'
    or redis.call('SISMEMBER', cancelling, jid) == 1 and 'cancelling'
  return state and { state, redis.call('HGET', cancels, jid) }
end

-- Whether a job is live that has a record and is neither dead nor done. If nothing is removed, it must be.
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
  if redis.call('ZREM', dead, jid) == 0 and redis.call('ZREM', done, jid) == 0 then
    if isLive(jid, record) then return false end
    redis.call('HINCRBY', revived, jid, 1)
  end
  if redis.call('HEXISTS', ties, jid) == 1 then endings().gone({ jid }, now) end
  return true
end

-- All that is new, as the commands take it: one for each set, not one for each job.
local newRecords, newPlaces, newDues = {}, {}, {}
local joining, added = {}, {}

local function append(values, first, second)
  values[#values + 1] = first
  values[#values + 1] = second
end

local letters = {}
local reply = { '' }
local seen = {}
for index, jid in ipairs(jids) do
  local first = 3 + (index - 1) * FIELDS
  local name, band, due, packed, token, record = unpack(ARGV, first + 1, first + FIELDS - 1)
  local before = stored[index]
  local tied = packed ~= '' and cmsgpack.unpack(packed)
  local refusal = token ~= '' and behalf().findRefusal(token)
    or tied and findGroupRefusal(tied)
    or before and findOwnRefusal(jid)
  local isNew = not refusal and not seen[jid] and (not before or unearth(jid, before))
  seen[jid] = seen[jid] or isNew
  letters[index] = isNew and 's' or refusal and 'r' or 'l'
  if refusal then reply[#reply + 1] = refusal end
  if isNew then append(newRecords, jid, record) end
  if isNew and tied then joining[#joining + 1] = { jid = jid, ties = tied } end
  if isNew and tied and tied.batch then
    added[tied.batch] = (added[tied.batch] or 0) + 1
    due = gates().hold(tied.batch, jid, tonumber(due)) or due
  end
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
if #joining > 0 then
  membership().join(joining)
  for bid, more in pairs(added) do batches().join(bid, more) end
  membership().settleAll(membership().groupsOf(joining), tonumber(now))
end

return reply
