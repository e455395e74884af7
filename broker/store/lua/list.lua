-- Reads the jobs of some sets in their order, from a place on. Nothing changes.
-- Uses records, ranks
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] scheduled
-- KEYS[4] retries
-- KEYS[5] working
-- KEYS[6] dead
-- KEYS[7] done
-- KEYS[8] cancelled
-- ARGV[1] limit: how many jobs at the most
-- ARGV[2] each state
-- ARGV[3] each queue: whose jobs, for those that are enqueued; an empty string otherwise
-- ARGV[4] each score: of the job behind which to begin; an empty string for the first of the set
-- ARGV[5] each jid: the job itself, which may be there no longer
-- Returns 1 when there may be more, else 0; and then five values for each job: the number of its set among
-- those that were asked for, jid, score, record and version. Of a job that can't be read here the record
-- is an empty string, and the version another when that is damaged; of others the version is nil

local records, ranks = records(), ranks()
local jobs, prefix = KEYS[1], KEYS[2]
local SETS = {
  scheduled = KEYS[3],
  retries = KEYS[4],
  working = KEYS[5],
  dead = KEYS[6],
  done = KEYS[7],
  cancelled = KEYS[8],
}
local limit = tonumber(ARGV[1])
-- Jobs may be large: no more are read when so many bytes have been.
local MAX_BYTES = 1048576
local bytesRead = 0
local count = 0
local flat = {}

local function add(place, jid, score)
  local record = redis.call('HGET', jobs, jid)
  local header, version = records.unpackHeader(record)
  bytesRead = bytesRead + (record and #record or 0)
  count = count + 1
  flat[#flat + 1] = place
  flat[#flat + 1] = jid
  flat[#flat + 1] = score
  flat[#flat + 1] = header and record or ''
  flat[#flat + 1] = not header and tostring(version or '')
end

-- Whether all of the set have been read.
local function readSet(place, set, score, jid)
  local rank = ranks.behind(set, score, jid)
  local found = redis.call('ZRANGE', set, rank, rank + limit - count - 1, 'WITHSCORES')
  for index = 1, #found, 2 do
    if bytesRead > MAX_BYTES then return false end
    add(place, found[index], found[index + 1])
  end
  return count < limit
end

for index = 2, #ARGV, 4 do
  local state, queue, score, jid = unpack(ARGV, index, index + 3)
  local isAll = readSet((index + 2) / 4, SETS[state] or prefix .. queue, score, jid)
  if not isAll then return { 1, unpack(flat) } end
end

return { 0, unpack(flat) }
