-- Tells all that is kept of a job. Nothing changes.
-- Uses records, places
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] scheduled
-- KEYS[4] retries
-- KEYS[5] working
-- KEYS[6] reservations
-- KEYS[7] dead
-- KEYS[8] cancelled
-- KEYS[9] done
-- ARGV[1] jid
-- Returns {state, score, reservation, record}, the first three as in locate.lua; nil when it is nowhere.
-- Of a job that can't be read here {state, score, reservation, "", version}, where the version is an
-- empty string when the record is damaged

local jobs, reservations, jid = KEYS[1], KEYS[6], ARGV[1]

local state, score, record = places.find(jid)
if not state then return false end
record = record or redis.call('HGET', jobs, jid)
local reservation = redis.call('HGET', reservations, jid) or ''
local header, version = records.unpackHeader(record)

if not header then return { state, score, reservation, '', tostring(version or '') } end
return { state, score, reservation, record }
