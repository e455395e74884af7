-- Jobs that were called off while they are being worked on. However such a job ends, it is cancelled, and
-- kept for a while.
-- Uses records, runs, endings
-- KEYS jobs, working, reservations, counters, history, cancelling, cancelled

local records, runs = records(), runs()
local cancellations = {}

-- Notes that its run is over, unless its record can't be read here. Returns how many bytes were rewritten.
local function noteRun(jid, now)
  local record = redis.call('HGET', jobs, jid)
  local header, textStart = records.unpackHeader(record)
  if not header then return 0 end
  runs.note(header, runs.read(redis.call('HGET', reservations, jid)), now, 'cancelled')
  redis.call('HSET', jobs, jid, cmsgpack.pack(header) .. record:sub(textStart + 1))
  return #record
end

local function keep(jid, now)
  redis.call('ZADD', cancelled, now, jid)
  redis.call('ZREM', working, jid)
  redis.call('HDEL', reservations, jid)
  redis.call('SREM', cancelling, jid)
  endings().cancelled({ jid }, now)
end

-- Ends the run of one, which counts as processed. Returns how many bytes were rewritten.
function cancellations.conclude(jid, now, day)
  local rewritten = noteRun(jid, now)
  redis.call('HINCRBY', counters, 'processed', 1)
  redis.call('HINCRBY', history, 'processed:' .. day, 1)
  keep(jid, now)
  return rewritten
end

-- Takes back one that was handed out to nobody: no run was begun.
function cancellations.takeBack(jid, now) keep(jid, now) end

return cancellations
