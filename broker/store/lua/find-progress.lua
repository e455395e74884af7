-- Tells what is known of jobs that are, or were, tracked. Nothing changes.
-- Uses records, runs, places, tracking
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] scheduled
-- KEYS[4] retries
-- KEYS[5] working
-- KEYS[6] reservations
-- KEYS[7] dead
-- KEYS[8] cancelled
-- KEYS[9] done
-- KEYS[10] ties
-- KEYS[11] progress
-- KEYS[12] stalling
-- KEYS[13] flushes
-- ARGV[1] each jid
-- Returns for each job {state, since, told}: where it is, as locate.lua has it, and since when; or, when it
-- is nowhere, "success" or "failed", as it ended, and an empty string; or two empty strings, when it is
-- not tracked or nothing is known of it. And all that was told of it, a name and a value in turns

local records, runs, places, tracking = records(), runs(), places(), tracking()
local jobs, reservations = KEYS[1], KEYS[6]

-- Since when a job is where it is. Of one that nobody has worked on yet only its ties may tell.
local function sinceWhen(jid, state, score, tied)
  if state == 'dead' or state == 'cancelled' then return score end
  if state == 'working' then return runs.read(redis.call('HGET', reservations, jid)).startedAt end
  local header = records.unpackHeader(redis.call('HGET', jobs, jid))
  if not header then return tied.track end
  return state == 'enqueued' and header.enqueuedAt or runs.lastEnd(header) or tied.track
end

local function find(jid)
  local key = tracking.keyOf(jid)
  local told = redis.call('HGETALL', key)
  local state, score = places.find(jid)
  if not state then return { redis.call('HGET', key, 'state') or '', '', told } end
  local tied = tracking.tiesOf(jid)
  if not tied.track then return { '', '', told } end
  local since = sinceWhen(jid, state, score, tied)
  return { state, string.format('%.0f', tonumber(since)), told }
end

local found = {}
for index, jid in ipairs(ARGV) do found[index] = find(jid) end

return found
