-- Reads the jobs of a group from a place on: those that are to run or run first, then those that have ended,
-- each by their names. Nothing changes.
-- Uses records, places, ranks
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] scheduled
-- KEYS[4] retries
-- KEYS[5] working
-- KEYS[6] dead
-- KEYS[7] cancelled
-- KEYS[8] done
-- KEYS[9] groups
-- ARGV[1] limit: how many jobs at the most
-- ARGV[2] group
-- ARGV[3] score: of the job behind which to begin, in the group; an empty string for the first
-- ARGV[4] jid: of that job, which may be there no longer
-- Returns 1 when there may be more, else 0; and then six values for each job: jid, its score in the group,
-- its state and its score there, record and version, the last two as in list.lua. The state is nil for a
-- job that is nowhere, since it was removed and is only not deleted yet

local records, places, ranks = records(), places(), ranks()
local jobs = KEYS[1]
local limit = tonumber(ARGV[1])
local set = KEYS[9] .. 'jobs:' .. ARGV[2]
-- Jobs may be large: no more are read when so many bytes have been.
local MAX_BYTES = 1048576
local bytesRead = 0
local flat = {}

local function append(...)
  for index = 1, select('#', ...) do flat[#flat + 1] = select(index, ...) end
end

local function add(jid, hold)
  local state, score, _, record = places.find(jid)
  if state then record = record or redis.call('HGET', jobs, jid) end
  bytesRead = bytesRead + (record and #record or 0)
  if not state then return append(jid, hold, false, '', '', false) end
  local header, version = records.unpackHeader(record)
  append(jid, hold, state, score, header and record or '', not header and tostring(version or ''))
end

local rank = ranks.behind(set, ARGV[3], ARGV[4])
local found = redis.call('ZRANGE', set, rank, rank + limit - 1, 'WITHSCORES')
local isAll = #found < 2 * limit
for index = 1, #found, 2 do
  if bytesRead > MAX_BYTES then
    isAll = false
    break
  end
  add(found[index], found[index + 1])
end

return { isAll and 0 or 1, unpack(flat) }
