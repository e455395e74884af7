-- Has some jobs of a batch run again that have died or were cancelled, and then some of the batches in it.
-- Uses batches, lifecycle, gates, endings
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] queues
-- KEYS[4] sequence
-- KEYS[5] notices
-- KEYS[6] ties
-- KEYS[7] groups
-- KEYS[8] batch
-- KEYS[9] scheduled
-- KEYS[10] dead
-- KEYS[11] cancelled
-- KEYS[12] cancels
-- ARGV[1] now
-- ARGV[2] bid
-- ARGV[3] limit: how many at the most
-- Returns 1 when there are more, and 0 when that is done

local batches, gates = batches(), gates()
local groups, batch, scheduled, dead, cancelled, cancels = unpack(KEYS, 7, 12)
local now, bid, limit = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local of, members = batch .. bid, groups .. 'jobs:batch:' .. bid
-- As shared/membership.lua has them.
local LIVE, KEPT = 0, 2

local function done()
  redis.call('ZREM', batch .. 'chores', 'retry ' .. bid)
  lifecycle().endRetry(bid, now)
  return 0
end

if not gates.isDue('retry ' .. bid) then return 0 end
-- It is forgotten.
if not batches.isThere(bid) or batches.isCancelled(bid) then return done() end

local kept = redis.call('ZRANGEBYSCORE', members, KEPT, KEPT, 'LIMIT', 0, limit)
local revived = {}
for _, jid in ipairs(kept) do
  local wasCancelled = redis.call('ZREM', cancelled, jid) == 1
  if wasCancelled then redis.call('HDEL', cancels, jid) end
  if wasCancelled or redis.call('ZREM', dead, jid) == 1 then
    redis.call('ZADD', scheduled, gates.hold(bid, jid) or now, jid)
    revived[#revived + 1] = jid
  else
    -- It has been removed, and is only not deleted yet.
    redis.call('ZADD', members, LIVE, jid)
  end
end
endings().revived(revived, now)
if #kept == limit then return 1 end

local function mayGoOn(child, committedAt, forsakenBy)
  local isClosing = redis.call('SISMEMBER', groups .. 'closed', 'batch:' .. child) == 1
  return committedAt and not forsakenBy and not isClosing and not gates.findOwnRival(child)
end

local function retry(child)
  local wonAt, failed, committedAt, forsakenBy, failedAt =
    unpack(redis.call('HMGET', batch .. child, 'wonAt', 'failed', 'committedAt', 'forsakenBy', 'failedAt'))
  if wonAt and failed == '0' then return end
  if mayGoOn(child, committedAt, forsakenBy) then return lifecycle().reopen(child, now) end
  -- It stays as it is, so that the one around it can't win this time either.
  if failedAt then batches.fail(bid, now) end
end

local after = redis.call('HGET', of, 'retriedChildren') or 0
local children = redis.call('ZRANGEBYSCORE', of .. ':children', '(' .. after, '+inf', 'LIMIT', 0, limit)
for _, child in ipairs(children) do retry(child) end
if #children == limit then
  redis.call('HSET', of, 'retriedChildren', redis.call('ZSCORE', of .. ':children', children[limit]))
  return 1
end

return done()
