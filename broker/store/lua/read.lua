-- Reads the records of the first of these jobs, up to about a mebibyte of them: they may be large.
-- KEYS[1] jobs
-- ARGV[1] each jid
-- Returns the records, of one job at least; nil for a job that has none

local jobs = KEYS[1]
local MAX_BYTES = 1048576
local records = {}
local bytesRead = 0

for index, jid in ipairs(ARGV) do
  if bytesRead > MAX_BYTES then break end
  local record = redis.call('HGET', jobs, jid)
  records[index] = record
  bytesRead = bytesRead + (record and #record or 0)
end

return records
