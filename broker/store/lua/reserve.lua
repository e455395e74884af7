-- Hands out jobs: each request gets the first job of the first of its queues that has one and is
-- not paused. A job that can't be read here is put aside, and who asked is told: one of a format that
-- is not known goes to retries, for a broker that knows it; one whose record is damaged, to dead.
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] working
-- KEYS[5] reservations
-- KEYS[6] paused
-- KEYS[7] retries
-- KEYS[8] dead
-- ARGV[1] now
-- ARGV[2] call: names this call, so that jobs whose hand-out got lost can be found
-- ARGV[3] each wid: the worker, or an empty string
-- ARGV[4] each queues: names, separated by spaces
-- Returns for each request: {jid, record, queue, jobs left in it}; {jid, version} or {jid} for a job
-- that was put aside; or nil when all were empty

local jobs, queues, prefix, working, reservations, paused, retries, dead = unpack(KEYS)
local now, call = tonumber(ARGV[1]), ARGV[2]
local DEFAULT_RESERVE_SECONDS = 1800
local FORMAT = 1
local POSTPONED_MS = 60000
local MANY_QUEUES = 8
local isAnyPaused = redis.call('SCARD', paused) > 0

-- The header of a record and where its text begins; or nil, and the version of a format that is not
-- known here, if it tells one.
local function unpackHeader(record)
  local isRead, textStart, header = pcall(cmsgpack.unpack_one, record)
  if not isRead or type(header) ~= 'table' or type(header.v) ~= 'number' then return nil end
  if header.v ~= FORMAT then return nil, header.v end
  return header, textStart
end

local reserve
function reserve(wid, name)
  if isAnyPaused and redis.call('SISMEMBER', paused, name) == 1 then return nil end
  local queue = prefix .. name
  local jid, place = unpack(redis.call('ZPOPMIN', queue))
  if not jid then return nil end
  local record = redis.call('HGET', jobs, jid)
  if not record then
    redis.log(redis.LOG_WARNING, 'millrace: a job without a record was in ' .. queue)
    return reserve(wid, name)
  end
  local header, version = unpackHeader(record)
  if not header and version then
    redis.call('ZADD', retries, now + POSTPONED_MS, jid)
    return { jid, tostring(version) }
  elseif not header then
    redis.call('ZADD', dead, now, jid)
    return { jid }
  end
  local deadline = now + (header.reserveFor or DEFAULT_RESERVE_SECONDS) * 1000
  local reservation = { wid = wid, reservedAt = now, place = tonumber(place), call = call }
  redis.call('ZADD', working, deadline, jid)
  redis.call('HSET', reservations, jid, cmsgpack.pack(reservation))
  return { jid, record, name, redis.call('ZCARD', queue) }
end

-- The names in a list. Of many, only those that any job ever had: most have none, as a rule, and one
-- question for all is far less work than one for each.
local function namesIn(list)
  local names = {}
  for name in list:gmatch('[^ ]+') do names[#names + 1] = name end
  if #names < MANY_QUEUES then return names end
  local known = {}
  for index, isKnown in ipairs(redis.call('SMISMEMBER', queues, unpack(names))) do
    if isKnown == 1 then known[#known + 1] = names[index] end
  end
  return known
end

local replies = {}
for index = 3, #ARGV, 2 do
  local reply
  for _, name in ipairs(namesIn(ARGV[index + 1])) do
    reply = reserve(ARGV[index], name)
    if reply then break end
  end
  replies[#replies + 1] = reply or false
end

return replies
