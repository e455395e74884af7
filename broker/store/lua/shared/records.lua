-- Reads the records of jobs; record.ts has their form.

local records = {}
local FORMAT = 1
-- What counts add up to, since more is not exact; and the last date that JavaScript knows.
local MAX_INTEGER, MAX_TIME = 9007199254740992, 8640000000000000

local function isNumber(value, limit) return type(value) == 'number' and math.abs(value) <= limit end
local function isCount(value) return value == nil or isNumber(value, MAX_INTEGER) end
local function isTime(value) return value == nil or isNumber(value, MAX_TIME) end
local function isText(value) return value == nil or type(value) == 'string' end
local function isTold(value) return type(value) == 'string' or isTime(value) end

local function isSoundFailure(failure)
  return type(failure) == 'table' and isNumber(failure.retryCount, MAX_INTEGER)
    and isNumber(failure.remaining, MAX_INTEGER) and isTold(failure.failedAt)
    and isTold(failure.nextAt) and type(failure.errtype) == 'string'
    and type(failure.message) == 'string'
    and (failure.backtrace == nil or type(failure.backtrace) == 'table')
end

-- Whether this is a queue's name: in a queue of any other nobody would look for the job.
function records.isQueue(value)
  return type(value) == 'string' and value:find('^[%w._-]+$') ~= nil
end

-- Where the text of a record ends, as MessagePack tells at its start; 0 when nothing is told.
function records.textEnd(record, textStart)
  local mark, a, b, c, d = record:byte(textStart + 1, textStart + 5)
  if mark == 0xc6 and d then return textStart + 5 + ((a * 256 + b) * 256 + c) * 256 + d end
  if mark == 0xc5 and b then return textStart + 3 + a * 256 + b end
  if mark == 0xc4 and a then return textStart + 2 + a end
  return 0
end

-- The header of a record and where its text begins; or nil, and the version of a format that is not
-- known here, if it tells one. Whatever is damaged has to be found before anything is written.
function records.unpackHeader(record)
  local isRead, textStart, header = pcall(cmsgpack.unpack_one, record)
  if not isRead or type(header) ~= 'table' or type(header.v) ~= 'number' then return nil end
  if header.v ~= FORMAT then return nil, header.v end
  local isSound = records.isQueue(header.queue) and isCount(header.retry)
    and isCount(header.reserveFor) and isCount(header.priority) and isTime(header.enqueuedAt)
    and isCount(header.runs) and isText(header.attempts)
    and isTime(header.endedAt) and isText(header.result)
    and (header.failure == nil or isSoundFailure(header.failure))
  if not isSound or records.textEnd(record, textStart) ~= #record then return nil end
  return header, textStart
end

-- The queue of a job, as far as its record can be read here. A name that no queue can have is damage.
function records.findQueue(record)
  local isRead, _, header = pcall(cmsgpack.unpack_one, record)
  if not isRead or type(header) ~= 'table' or header.v ~= FORMAT then return nil end
  return records.isQueue(header.queue) and header.queue or nil
end

return records
