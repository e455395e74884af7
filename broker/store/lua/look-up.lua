-- Tells all that is kept of a job. Nothing changes.
-- Uses records, places, tracking
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] scheduled
-- KEYS[4] retries
-- KEYS[5] working
-- KEYS[6] reservations
-- KEYS[7] dead
-- KEYS[8] cancelled
-- KEYS[9] done
-- KEYS[10] cancels
-- KEYS[11] ties
-- KEYS[12] progress
-- KEYS[13] stalling
-- KEYS[14] flushes
-- ARGV[1] jid
-- Returns {state, score, reservation, record, told, why}: the first three as in locate.lua, all that was
-- told of its progress, a name and a value in turns, and what `cancels` has of it, nil when it was not
-- called off; nil when it is nowhere; {version} of a job that can't be read
-- here, which may be in any queue: an empty string when its record is damaged

local records, places, tracking = records(), places(), tracking()
local jobs, reservations, cancels, jid = KEYS[1], KEYS[6], KEYS[10], ARGV[1]

local state, score, _, record = places.find(jid)
if state and not record then record = redis.call('HGET', jobs, jid) end
local header, version = records.unpackHeader(record)
if not header and (state or record) then return { tostring(version or '') } end
if not state then return false end

local reservation = redis.call('HGET', reservations, jid) or ''
local told = redis.call('HGETALL', tracking.keyOf(jid))
return { state, score, reservation, record, told, redis.call('HGET', cancels, jid) }
