-- Adds to the figures of jobtypes what one broker has measured. Those that are too many are left out.
-- KEYS[1] jobtypes
-- KEYS[2] figures
-- KEYS[3] flushes
-- ARGV[1] now
-- ARGV[2] day: YYYY-MM-DD
-- ARGV[3] days: for how many they are kept
-- ARGV[4] each jobtype
-- ARGV[5] each counts: MessagePack, what is to be added to each field; see keys.ts
-- Returns a digit for each jobtype: 1 when it was added, 0 when there are too many others

local jobtypes, prefix, flushes = unpack(KEYS)
local now, day, days = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local DAY_SECONDS = 86400
-- As many as a person can still look through. A program that makes up a type for each job has more.
local MAX_JOBTYPES = 1000
local prefixOfDay = prefix .. (redis.call('GET', flushes) or 0) .. ':' .. day .. ':'

local function isKnown(jobtype)
  if redis.call('ZSCORE', jobtypes, jobtype) then return true end
  if redis.call('ZCARD', jobtypes) < MAX_JOBTYPES then return true end
  local tooOld = string.format('(%.0f', now - days * DAY_SECONDS * 1000)
  return redis.call('ZREMRANGEBYSCORE', jobtypes, '-inf', tooOld) > 0
end

local function add(jobtype, counts)
  if not isKnown(jobtype) then return 0 end
  redis.call('ZADD', jobtypes, now, jobtype)
  local key = prefixOfDay .. jobtype
  for field, count in pairs(counts) do redis.call('HINCRBY', key, field, count) end
  redis.call('EXPIRE', key, (days + 1) * DAY_SECONDS)
  return 1
end

local added = {}
for index = 4, #ARGV, 2 do
  added[#added + 1] = add(ARGV[index], cmsgpack.unpack(ARGV[index + 1]))
end

return table.concat(added)
