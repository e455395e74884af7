-- Puts jobs of scheduled, retries or dead into their queues, provided that they are still there and
-- due. A job whose record is damaged goes to dead; one of a format that is not known here is left to
-- another broker, and is due again in a minute, so that it is in nobody's way. One that is dead stays so
-- while its group is being called off, its batch waits, or another with the key of that has not ended.
-- Uses records, endings, gates
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] scheduled
-- KEYS[5] retries
-- KEYS[6] dead
-- KEYS[7] sequence
-- KEYS[8] notices
-- KEYS[9] ties
-- KEYS[10] groups
-- KEYS[11] batch
-- ARGV[1] origin: the broker that need not be told of what it did itself
-- ARGV[2] now
-- ARGV[3] dueBy: a job with a higher score stays where it is; +inf for any
-- ARGV[4] each set: "scheduled", "retries" or "dead"
-- ARGV[5] each jid
-- Returns for each job: the name of its queue; nil when it stayed; or 0 when it is to be asked for
-- again, since the jobs before it were large

local records = records()
local jobs, queues, prefix, scheduled, retries, dead, sequence, notices = unpack(KEYS, 1, 8)
local ties = KEYS[9]
local origin, now, dueBy = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local SETS = { scheduled = scheduled, retries = retries, dead = dead }
local PLACES_A_PRIORITY = 281474976710656
local DEFAULT_PRIORITY = 5
local POSTPONED_MS = 60000
-- A job of a batch that waits is due then; see shared/gates.lua.
local HELD = 8640000000000000
local MAX_BYTES = 1048576
local LATER = 0
local rewritten = 0

-- How record.ts begins the header of a job that has nothing but its queue, and how it writes the date
-- that is added, in front of all else that such a header of a queued job has.
local PLAIN = '\222\0\2\161v\1\165queue'
local PLAIN_QUEUED = '\222\0\3'
local SHORT_TEXT, SHORT_TEXT_END = 0xa0, 0xbf
local ENQUEUED_NOW = '\170enqueuedAt\203' .. struct.pack('>d', now)

-- What the record of such a job is when it is queued, and its queue; nothing for any other. Most are
-- so, and to unpack a header and to pack it is most of the work.
local function requeuePlain(record)
  if record:sub(1, #PLAIN) ~= PLAIN then return nil end
  local mark = record:byte(#PLAIN + 1)
  if not mark or mark < SHORT_TEXT or mark > SHORT_TEXT_END then return nil end
  local nameEnd = #PLAIN + 1 + mark - SHORT_TEXT
  local name = record:sub(#PLAIN + 2, nameEnd)
  if records.textEnd(record, nameEnd) ~= #record or not records.isQueue(name) then return nil end
  local head = PLAIN_QUEUED .. record:sub(#PLAIN_QUEUED + 1, nameEnd)
  return head .. ENQUEUED_NOW .. record:sub(nameEnd + 1), name
end

local function putAside(set, jid, isDamaged)
  if set == dead then return end
  if isDamaged then
    redis.log(redis.LOG_WARNING, 'millrace: a job with a damaged record was in ' .. set)
    redis.call('ZREM', set, jid)
    redis.call('ZADD', dead, now, jid)
    endings().died({ jid }, now)
  else
    redis.call('ZADD', set, now + POSTPONED_MS, jid)
  end
end

-- Whether a dead job may run after all.
local function mayRun(jid)
  local packed = redis.call('HGET', ties, jid)
  if not packed then return true end
  return not gates().findHold(cmsgpack.unpack(packed))
end

-- All that moves, as the commands take it: one for each set and queue, not one for each job.
local gone = {}
local newRecords = {}
local moved = {}

local function move(set, jid, record, name, priority)
  gone[set] = gone[set] or {}
  table.insert(gone[set], jid)
  newRecords[#newRecords + 1] = jid
  newRecords[#newRecords + 1] = record
  moved[#moved + 1] = { jid, name, (9 - priority) * PLACES_A_PRIORITY }
  return name
end

local function enqueue(set, jid, due)
  if not due or tonumber(due) > dueBy or tonumber(due) == HELD then return false end
  if set == dead and not mayRun(jid) then return false end
  if rewritten > MAX_BYTES then return LATER end
  local record = redis.call('HGET', jobs, jid)
  if not record then
    redis.log(redis.LOG_WARNING, 'millrace: a job without a record was in ' .. set)
    endings().gone({ jid }, now)
    redis.call('ZREM', set, jid)
    return false
  end
  local plain, name = requeuePlain(record)
  if plain then
    rewritten = rewritten + #record
    return move(set, jid, plain, name, DEFAULT_PRIORITY)
  end
  local header, textStart = records.unpackHeader(record)
  if not header then
    local version = textStart
    putAside(set, jid, not version)
    return false
  end
  rewritten = rewritten + #record
  header.enqueuedAt = now
  local queued = cmsgpack.pack(header) .. record:sub(textStart + 1)
  return move(set, jid, queued, header.queue, header.priority or DEFAULT_PRIORITY)
end

-- When each job is due, by its set.
local function readDues()
  local named = { scheduled = {}, retries = {}, dead = {} }
  for index = 4, #ARGV, 2 do table.insert(named[ARGV[index]], ARGV[index + 1]) end
  local dues = { scheduled = {}, retries = {}, dead = {} }
  for set, jids in pairs(named) do
    local found = #jids > 0 and redis.call('ZMSCORE', SETS[set], unpack(jids)) or {}
    for index, jid in ipairs(jids) do dues[set][jid] = found[index] end
  end
  return dues
end

local dues = readDues()
local names = {}
for index = 4, #ARGV, 2 do
  local set, jid = ARGV[index], ARGV[index + 1]
  local name = enqueue(SETS[set], jid, dues[set][jid])
  names[#names + 1] = name
  -- So it goes once, however often it is named.
  if name ~= LATER then dues[set][jid] = nil end
end
if #moved == 0 then return names end

redis.call('HSET', jobs, unpack(newRecords))
local place = redis.call('INCRBY', sequence, #moved) - #moved
local newPlaces = {}
for index, one in ipairs(moved) do
  local jid, name, band = unpack(one)
  newPlaces[name] = newPlaces[name] or {}
  table.insert(newPlaces[name], band + place + index)
  table.insert(newPlaces[name], jid)
end
for name, places in pairs(newPlaces) do
  local queue = prefix .. name
  redis.call('SADD', queues, name)
  if redis.call('EXISTS', queue) == 0 then
    redis.call('PUBLISH', notices, 'queue ' .. name .. ' ' .. origin)
  end
  redis.call('ZADD', queue, unpack(places))
end
-- Last: what goes wrong before leaves a job in two places, and not in none.
for set, jids in pairs(gone) do redis.call('ZREM', set, unpack(jids)) end
if gone[dead] then endings().revived(gone[dead], now) end

return names
