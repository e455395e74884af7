-- The runs of a job: who has it now, and what is kept of those that are over.

local runs = {}
-- As many as a person looks at, so that a job that is tried for ever does not grow.
local KEPT = 20
local MAX_MESSAGE_BYTES = 200

-- Who has a job, out of the text of its reservation; keys.ts has the form.
function runs.read(reservation)
  local pattern = '^(%S+) (%S+) (%S+) (%S+) (%S+) (.*)$'
  local token, lease, place, call, startedAt, wid = (reservation or ''):match(pattern)
  return {
    token = token,
    leaseMs = tonumber(lease) or 0,
    place = place,
    call = call,
    startedAt = tonumber(startedAt),
    wid = wid or '',
  }
end

-- The beginning of a text in UTF-8, without half a character at its end.
local function cut(text, bytes)
  if #text <= bytes then return text end
  local last = bytes
  while last > 0 and math.floor(text:byte(last + 1) / 64) == 2 do last = last - 1 end
  return text:sub(1, last)
end

local function number(value) return value and string.format('%.17g', value) or 'null' end

-- Notes in a job's header that a run is over, before its failure is noted. The runs are a text of lines,
-- JSON each, the oldest first: a list would be taken apart whenever the header is, far more work.
-- report is what was told of a failure; nil when the run has not failed.
function runs.note(header, run, endedAt, outcome, report)
  local attempt = header.failure and header.failure.retryCount + 2 or 1
  local told = ''
  if report then
    local message = cjson.encode(cut(report.message, MAX_MESSAGE_BYTES))
    told = string.format(',"errtype":%s,"message":%s', cjson.encode(report.errtype), message)
  end
  local line = string.format('{"attempt":%.0f,"startedAt":%s,"endedAt":%s,"wid":%s,"outcome":"%s"',
    attempt, number(run.startedAt), number(endedAt), cjson.encode(run.wid), outcome) .. told .. '}'
  local count = header.runs or 0
  local before = header.attempts
  if before and count >= KEPT then before = before:match('\n(.*)$') end
  header.runs = count + 1
  header.attempts = before and before .. '\n' .. line or line
end

-- When the last of a job's runs that are over was so; nil when none is, or it is not known any more.
function runs.lastEnd(header)
  return header.attempts and tonumber(header.attempts:match('.*"endedAt":(%d+)'))
end

return runs
