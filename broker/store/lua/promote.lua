-- Puts the jobs of scheduled and retries that are due into their queues.
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] scheduled
-- KEYS[5] retries
-- KEYS[6] sequence
-- KEYS[7] notices
-- ARGV[1] origin: the broker that need not be told of what it did itself
-- ARGV[2] now
-- ARGV[3] limit: how many jobs of each set at the most
-- Returns {jobs from scheduled, jobs from retries, when the next one is due or nil, queues that got
-- one, by name}

local jobs, queues, prefix, scheduled, retries, sequence, notices = unpack(KEYS)
local origin, now, limit = unpack(ARGV)
local PLACES_A_PRIORITY = 281474976710656
local DEFAULT_PRIORITY = 5
local filled = {}
local names = {}

local function enqueue(jid)
  local record = redis.call('HGET', jobs, jid)
  local textStart, header = cmsgpack.unpack_one(record)
  header.enqueuedAt = tonumber(now)
  redis.call('HSET', jobs, jid, cmsgpack.pack(header) .. record:sub(textStart + 1))

  local name = header.queue
  local queue = prefix .. name
  if not filled[name] then
    filled[name] = true
    names[#names + 1] = name
    redis.call('SADD', queues, name)
    if redis.call('EXISTS', queue) == 0 then
      redis.call('PUBLISH', notices, 'queue ' .. name .. ' ' .. origin)
    end
  end
  local band = (9 - (header.priority or DEFAULT_PRIORITY)) * PLACES_A_PRIORITY
  redis.call('ZADD', queue, band + redis.call('INCR', sequence), jid)
end

local function promote(set)
  local due = redis.call('ZRANGEBYSCORE', set, '-inf', now, 'LIMIT', 0, limit)
  for _, jid in ipairs(due) do
    redis.call('ZREM', set, jid)
    enqueue(jid)
  end
  return #due, tonumber(redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')[2])
end

local fromScheduled, nextScheduled = promote(scheduled)
local fromRetries, nextRetry = promote(retries)
local nextDue = math.min(nextScheduled or math.huge, nextRetry or math.huge)

return { fromScheduled, fromRetries, nextDue < math.huge and tostring(nextDue) or false, names }
