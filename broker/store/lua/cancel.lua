-- Calls off jobs. One that waits is cancelled; one that is being worked on is so when it ends, and until
-- then its worker is told. What was called off before stays as it was.
-- Uses records, withdrawals
-- KEYS[1] jobs
-- KEYS[2] queue
-- KEYS[3] scheduled
-- KEYS[4] retries
-- KEYS[5] working
-- KEYS[6] reservations
-- KEYS[7] dead
-- KEYS[8] cancels
-- KEYS[9] cancelling
-- KEYS[10] cancelled
-- KEYS[11] notices
-- KEYS[12] ties
-- KEYS[13] groups
-- KEYS[14] done
-- KEYS[15] batch
-- KEYS[16] queues
-- KEYS[17] sequence
-- ARGV[1] now
-- ARGV[2] each jid
-- ARGV[3] each why: MessagePack {at, reason, by}, of which the last two may be left out
-- Returns for each job: {"cancelled", why} or {"cancelling", why}, with what was given when it was called
-- off first; {"dead"} or {"done"}; {"unreadable", version} when nobody here can tell in which queue it is;
-- {"unknown"}; or {"later"} when it is to be asked for again, since the jobs before it were large

local records, withdrawals = records(), withdrawals()
local jobs, dead, done = KEYS[1], KEYS[7], KEYS[14]
local cancels, cancelling, cancelled = unpack(KEYS, 8, 10)
local now = ARGV[1]
local MAX_BYTES = 1048576
local bytesRead = 0

local function cancel(jid, why)
  if redis.call('ZSCORE', cancelled, jid) then
    return { 'cancelled', redis.call('HGET', cancels, jid) }
  elseif redis.call('SISMEMBER', cancelling, jid) == 1 then
    return { 'cancelling', redis.call('HGET', cancels, jid) }
  elseif redis.call('ZSCORE', dead, jid) then
    return { 'dead' }
  elseif redis.call('ZSCORE', done, jid) then
    return { 'done' }
  end
  if bytesRead > MAX_BYTES then return { 'later' } end
  local record = redis.call('HGET', jobs, jid)
  if not record then return { 'unknown' } end
  bytesRead = bytesRead + #record
  local state = withdrawals.callOff(jid, records.findQueue(record), why, now)
  if state then return { state, why } end
  local header, version = records.unpackHeader(record)
  if not header and version then return { 'unreadable', tostring(version) } end
  return { 'unknown' }
end

local outcomes = {}
for index = 2, #ARGV, 2 do outcomes[#outcomes + 1] = cancel(ARGV[index], ARGV[index + 1]) end

withdrawals.finish(now)

return outcomes
