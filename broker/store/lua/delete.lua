-- Deletes a job, wherever it is, unless somebody works on it.
-- Uses records, places, endings
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] scheduled
-- KEYS[4] retries
-- KEYS[5] working
-- KEYS[6] dead
-- KEYS[7] done
-- KEYS[8] cancelled
-- KEYS[9] cancels
-- KEYS[10] ties
-- KEYS[11] groups
-- KEYS[12] batch
-- KEYS[13] queues
-- KEYS[14] sequence
-- KEYS[15] notices
-- ARGV[1] now
-- ARGV[2] jid
-- Returns "deleted"; "working" when it is being worked on; "unknown" when it is nowhere; or "unreadable"
-- and the version of its record, which is empty when that is damaged, when it may be in any queue

local records, places = records(), places()
local jobs, cancels, now, jid = KEYS[1], KEYS[9], ARGV[1], ARGV[2]

local state, _, set, record = places.find(jid)
if state == 'working' then return state end

if not state then
  local header, version = records.unpackHeader(record)
  if header or not record then return 'unknown' end
  return 'unreadable ' .. tostring(version or '')
end

redis.call('ZREM', set, jid)
redis.call('HDEL', jobs, jid)
redis.call('HDEL', cancels, jid)
endings().gone({ jid }, now)

return 'deleted'
