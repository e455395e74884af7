-- Hands out jobs: each request gets the first job of the first of its queues that has one and is
-- not paused. A job that can't be read here is put aside, and who asked is told: one of a format that
-- is not known goes to retries, for a broker that knows it; one whose record is damaged, to dead. One of
-- a group that is being called off is cancelled, and the next is looked at.
-- Uses records, membership, closing, endings
-- KEYS[1] jobs
-- KEYS[2] queues
-- KEYS[3] queue
-- KEYS[4] working
-- KEYS[5] reservations
-- KEYS[6] paused
-- KEYS[7] retries
-- KEYS[8] dead
-- KEYS[9] tokens
-- KEYS[10] ties
-- KEYS[11] cancels
-- KEYS[12] cancelled
-- KEYS[13] groups
-- KEYS[14] batch
-- KEYS[15] sequence
-- KEYS[16] notices
-- ARGV[1] now
-- ARGV[2] call: names this call, so that jobs whose hand-out got lost can be found
-- ARGV[3] each wid: the worker, or an empty string
-- ARGV[4] each queues: names, separated by spaces
-- ARGV[5] each lease: how many milliseconds it lasts, or 0 for the time that the job names
-- Returns first MessagePack, a list of four values for each request, and then the record of each job
-- that was handed out. The four are: jid, queue, left, token, where so many jobs are left in that queue
-- after all requests, and the token is false where there is no lease; jid, false, version, false or jid,
-- false, false, false for a job that was put aside; true and three times false when it is to be asked
-- again, since the jobs before it were too much; true, false, true, false when it found none, but may look
-- again, since so many had to be cancelled before; or four times false when all were empty

local records = records()
local jobs, queues, prefix, working, reservations, paused, retries, dead, tokens = unpack(KEYS, 1, 9)
local ties, cancels, cancelled, groups = unpack(KEYS, 10)
local now, call = tonumber(ARGV[1]), ARGV[2]
local requestCount = (#ARGV - 2) / 3
local DEFAULT_RESERVE_SECONDS = 1800
local POSTPONED_MS = 60000
-- Jobs may be large: no more are read when so many bytes have been.
local MAX_BYTES = 1048576
-- An answer is jid, queue and how many jobs are left, which is told last of all; or see above.
local LATER = { true, false, false, false }
local NOTHING = { false, false, false, false }
local AGAIN = { true, false, true, false }
-- So many are cancelled in a call: as many jobs as it hands out at the most.
local MAX_CANCELLED = 100
-- Tokens begin anew above any that may have got lost with a Redis: so many are left to a millisecond,
-- more than Redis hands out.
local TOKENS_A_MS = 256
local MANY_QUEUES = 8
-- Nearly always there is none of either.
local closed = groups .. 'closed'
local isAnyHeld = redis.call('EXISTS', paused, closed) > 0
local isAnyPaused = isAnyHeld and redis.call('EXISTS', paused) == 1
local isAnyClosed = isAnyHeld and redis.call('EXISTS', closed) == 1

-- What a header has up to the date in `enqueuedAt` when there is nothing else in it, as record.ts
-- writes it; \66 begins every date from 1970 to the year 19,000.
local plainHeads = {}

local function plainHead(name)
  local head = plainHeads[name]
    or '\222\0\3\161v\1\165queue' .. cmsgpack.pack(name) .. '\170enqueuedAt\203\66'
  plainHeads[name] = head
  return head
end

-- Whether a record is sound, and its header has no more than every queued job has. Most are so, and to
-- compare the bytes is a small part of the work of unpacking them.
local function isPlain(record, name)
  local head = plainHead(name)
  if record:sub(1, #head) ~= head then return false end
  return records.textEnd(record, #head + 7) == #record
end

-- The names in a list. Of many, only those that any job ever had: most have none, as a rule, and one
-- question for all is far less work than one for each.
local function namesIn(list)
  local names = {}
  for name in list:gmatch('[^ ]+') do names[#names + 1] = name end
  if #names < MANY_QUEUES then return names end
  local known = {}
  for index, isKnown in ipairs(redis.call('SMISMEMBER', queues, unpack(names))) do
    if isKnown == 1 then known[#known + 1] = names[index] end
  end
  return known
end

-- Takes the first jobs of the first of these queues that have some: {jid, place, queue} each.
local function take(names, count)
  local taken = {}
  for _, name in ipairs(names) do
    local isPaused = isAnyPaused and redis.call('SISMEMBER', paused, name) == 1
    if not isPaused then
      local popped = redis.call('ZPOPMIN', prefix .. name, count - #taken)
      for index = 1, #popped, 2 do
        taken[#taken + 1] = { popped[index], popped[index + 1], name }
      end
    end
    if #taken == count then break end
  end
  return taken
end

local cancelledCount = 0

-- Of jobs that were taken those that may run. The others are cancelled with their groups.
local function cancelClosed(taken)
  if not isAnyClosed or #taken == 0 then return taken end
  local jids, open, ended = {}, {}, {}
  for index, one in ipairs(taken) do jids[index] = one[1] end
  for index, packed in ipairs(redis.call('HMGET', ties, unpack(jids))) do
    local name = packed and membership().findClosed(cmsgpack.unpack(packed))
    if name then
      redis.call('HSET', cancels, jids[index], closing().why(name))
      redis.call('ZADD', cancelled, now, jids[index])
      closing().count(name, 1)
      ended[#ended + 1] = jids[index]
    else
      open[#open + 1] = taken[index]
    end
  end
  endings().cancelled(ended, now)
  cancelledCount = cancelledCount + #ended
  return open
end

-- All that is handed out, as the commands take it: one for each set, not one for each job.
local newDeadlines, newReservations = {}, {}
local handedOut = {}
local bytesRead = 0

local function append(values, first, second)
  values[#values + 1] = first
  values[#values + 1] = second
end

-- As text: to write a number anew for each job is much of the work.
local function deadlineAfter(seconds) return string.format('%.0f', now + seconds * 1000) end
local DEFAULT_DEADLINE = deadlineAfter(DEFAULT_RESERVE_SECONDS)
local reservedBy = ' ' .. call .. ' ' .. ARGV[1] .. ' '
local NO_LEASE = '0 0 '
-- Of each length of a lease: to write a number anew for each job is much of the work.
local deadlines = {}
local lastToken

-- As many as there are requests are taken at once, so that Redis is asked once.
local function nextToken()
  if not lastToken then
    local first = now * TOKENS_A_MS
    local before = redis.call('SET', tokens, string.format('%.0f', first + requestCount), 'GET')
    lastToken = math.max(tonumber(before or 0), first)
    if lastToken > first then redis.call('SET', tokens, string.format('%.0f', lastToken + requestCount)) end
  end
  lastToken = lastToken + 1
  return lastToken
end

-- Hands out a job that was taken. Returns nothing when it has no record.
local function handOut(request, taken, record)
  local jid, place, name = unpack(taken)
  if not record then
    redis.log(redis.LOG_WARNING, 'millrace: a job without a record was in ' .. prefix .. name)
    endings().gone({ jid }, now)
    return nil
  end
  local deadline = DEFAULT_DEADLINE
  if not isPlain(record, name) then
    local header, version = records.unpackHeader(record)
    if not header and version then
      redis.call('ZADD', retries, now + POSTPONED_MS, jid)
      return { jid, false, tostring(version), false }
    elseif not header then
      redis.call('ZADD', dead, now, jid)
      endings().died({ jid }, now)
      return { jid, false, false, false }
    end
    deadline = deadlineAfter(header.reserveFor or DEFAULT_RESERVE_SECONDS)
  end
  local lease, token = NO_LEASE, false
  if request.lease ~= '0' then
    token = nextToken()
    lease = string.format('%.0f ', token) .. request.lease .. ' '
    deadlines[request.lease] = deadlines[request.lease] or deadlineAfter(request.lease / 1000)
    deadline = deadlines[request.lease]
  end
  append(newDeadlines, deadline, jid)
  append(newReservations, jid, lease .. place .. reservedBy .. request.wid)
  handedOut[#handedOut + 1] = record
  return { jid, name, true, token }
end

-- The records of the first jobs that were taken, as many as may be read; the others return to the
-- places that they had.
local function read(taken)
  local jids = {}
  for index, one in ipairs(taken) do
    local jid, place, name = unpack(one)
    if bytesRead <= MAX_BYTES then
      jids[index] = jid
      bytesRead = bytesRead + redis.call('HSTRLEN', jobs, jid)
    else
      redis.call('ZADD', prefix .. name, place, jid)
    end
  end
  return #jids > 0 and redis.call('HMGET', jobs, unpack(jids)) or {}
end

-- What those are answered who looked and get none, since this call has done enough; nothing while it has
-- not.
local function whenSpent()
  if bytesRead > MAX_BYTES then return LATER end
  return cancelledCount >= MAX_CANCELLED and AGAIN or nil
end

-- Answers requests that name the same queues, in their order. All get an answer, unless the queues
-- are empty before.
local function reserve(requests, queueList)
  local names = namesIn(queueList)
  local answers = {}
  local taken
  repeat
    taken = take(names, #requests - #answers)
    local open = cancelClosed(taken)
    for index, record in ipairs(read(open)) do
      answers[#answers + 1] = handOut(requests[#answers + 1], open[index], record)
    end
  until #taken == 0 or #answers == #requests or whenSpent()
  while #taken > 0 and #answers < #requests do answers[#answers + 1] = whenSpent() end
  return answers
end

local answers = {}
local index = 1
while index <= requestCount do
  local queueList = ARGV[index * 3 + 1]
  local requests = {}
  while index <= requestCount and ARGV[index * 3 + 1] == queueList do
    requests[#requests + 1] = { wid = ARGV[index * 3], lease = ARGV[index * 3 + 2] }
    index = index + 1
  end
  -- When the requests before were too much, these are not even looked at.
  local isSpent = whenSpent() ~= nil
  local found = isSpent and {} or reserve(requests, queueList)
  for request = 1, #requests do
    answers[#answers + 1] = found[request] or isSpent and LATER or NOTHING
  end
end

if #newDeadlines > 0 then
  redis.call('ZADD', working, unpack(newDeadlines))
  redis.call('HSET', reservations, unpack(newReservations))
end

-- Only now is it known how many jobs are left.
local left = {}
local flat = {}
for _, answer in ipairs(answers) do
  local jid, name, last, token = unpack(answer)
  if name then
    left[name] = left[name] or redis.call('ZCARD', prefix .. name)
    last = left[name]
  end
  append(flat, jid, name)
  append(flat, last, token)
end

return { cmsgpack.pack(flat), unpack(handedOut) }
