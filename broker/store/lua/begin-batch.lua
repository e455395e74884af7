-- Begins a batch. Jobs join it as they are pushed; until it is committed, nothing is concluded from what
-- becomes of them. One that waits for others holds its jobs until these have come so far, and until it is
-- committed; and so does one in a batch that has not started.
-- Uses batches, lifecycle, gates, circles, behalf
-- KEYS[1] ties
-- KEYS[2] groups
-- KEYS[3] notices
-- KEYS[4] batch
-- KEYS[5] jobs
-- KEYS[6] queue
-- KEYS[7] queues
-- KEYS[8] sequence
-- KEYS[9] reservations
-- KEYS[10] cancelling
-- KEYS[11] cancels
-- ARGV[1] now
-- ARGV[2] expiresAt: then it is forgotten, unless it is committed
-- ARGV[3] bid
-- ARGV[4] parent: the batch that it is in, or an empty string
-- ARGV[5] after: each batch that it waits for and, before it and a colon, the moment: "start", "success" or
--   "end"; with spaces between
-- ARGV[6] key: of which only one batch runs at a time; or an empty string
-- ARGV[7] overlap: what becomes of it when one does: "skip", "queue" or "cancel-and-wait"
-- ARGV[8] described: MessagePack, a map of what else is kept of it, and `tags`, a list
-- ARGV[9] behalf: the token of a lease and the jid of its job, with a space between; or an empty string
-- ARGV[10] each kind: "complete", "success" or "death"
-- ARGV[11] each jid: of the job that is called
-- ARGV[12] each record
-- ARGV[13] each spareJid: of the same job, where the other one is taken by then; or an empty string
-- ARGV[14] each spareRecord
-- ARGV[15] each queue
-- ARGV[16] each band: the first place of the job's priority
-- ARGV[17] each ties: MessagePack, what it is tied to besides, or an empty string
-- Returns {"begun"}; {"no batch", bid} of one that is not there; {"around", bid} of one that it would be in,
-- and wait for; {"circle", bid}, the same by way of others; {"closed", bid} of the one that it would be in, or around that, and was called off; {"runs",
-- bid} of one with the key, when that is to be skipped; {"line"} when too many wait for the key; or, of the job
-- on whose behalf it is, {"parent stale"} or {"parent cancelling", why}

local batches, gates = batches(), gates()
local prefix = KEYS[4]
local now, expiresAt, bid, parent, after, lineKey, overlap = tonumber(ARGV[1]), unpack(ARGV, 2, 7)
local described = cmsgpack.unpack(ARGV[8])
local of = prefix .. bid
-- So many of a key run or wait; see spec/protocol.md.
local MAX_LINE = 100

local followed = {}
for moment, other in after:gmatch('(%a+):(%S+)') do followed[#followed + 1] = { other, moment } end

-- The batches that it would be in.
local ancestors = batches.around(parent)

-- Why it can't be begun.
local function findRefusal()
  if parent ~= '' and not batches.isThere(parent) then return { 'no batch', parent } end
  for _, one in ipairs(followed) do
    if not batches.isThere(one[1]) then return { 'no batch', one[1] } end
  end
  for _, one in ipairs(followed) do
    if ancestors[one[1]] then return { 'around', one[1] } end
  end
  local closed = parent ~= '' and batches.findCancelled(parent)
  return closed and { 'closed', closed }
end

local line = prefix .. 'line:' .. lineKey

-- Has it wait for those in the line of its key as well, which have to end. Returns why it can't.
local function queueUp()
  local before = redis.call('ZRANGE', line, 0, -1)
  if #before > 0 and overlap == 'skip' then
    redis.call('HINCRBY', prefix .. before[1], 'skipped', 1)
    return { 'runs', before[1] }
  end
  if #before >= MAX_LINE then return { 'line' } end
  for _, other in ipairs(before) do
    if ancestors[other] then return { 'around', other } end
    followed[#followed + 1] = { other, 'end' }
  end
end

-- Whether those for which it is to wait wait for one that it is in.
local function findCircle()
  if parent == '' then return nil end
  local others = {}
  for index, one in ipairs(followed) do others[index] = one[1] end
  local circle = circles().find(others, ancestors, parent)
  return circle and { 'circle', circle }
end

local refusal = ARGV[9] ~= '' and behalf().findRefusal(ARGV[9]) or findRefusal()
  or lineKey ~= '' and queueUp() or findCircle()
if refusal then return refusal end

if overlap == 'cancel-and-wait' then
  for _, other in ipairs(redis.call('ZRANGE', line, 0, -1)) do
    lifecycle().close(other, now, 'another run of its key', bid)
  end
end

local isGated = #followed > 0 or lineKey ~= '' or described.isHeld
local waitedFor = {}
for index, one in ipairs(followed) do waitedFor[index] = one[2] .. ':' .. one[1] end
if #waitedFor > 0 then redis.call('HSET', of, 'after', table.concat(waitedFor, ' ')) end

if parent ~= '' then
  redis.call('HINCRBY', prefix .. parent, 'openChildren', 1)
  redis.call('HINCRBY', prefix .. parent, 'unwonChildren', 1)
  redis.call('ZADD', prefix .. parent .. ':children', redis.call('HINCRBY', prefix .. parent, 'children', 1), bid)
  redis.call('HSET', of, 'parent', parent)
  followed[#followed + 1] = { parent, 'start' }
end

local waits = 0
for _, one in ipairs(followed) do
  if gates.follow(bid, unpack(one)) then waits = waits + 1 end
end
-- It waits for its own commit as well; see commit-batch.lua.
if isGated or waits > 0 then waits = waits + 1 end

local tags = described.tags
described.isHeld, described.tags = nil, nil
for name, value in pairs(described) do redis.call('HSET', of, name, value) end
redis.call('HSET', of, 'createdAt', now, 'total', 0, 'pending', 0, 'failed', 0, 'gone', 0, 'openChildren', 0,
  'unwonChildren', 0, 'activeChildren', 0, 'closingChildren', 0, 'waits', waits)
if waits > 0 then redis.call('HSET', of, 'isGated', 1) end
for _, kind in ipairs({ 'complete', 'success', 'death' }) do redis.call('HSET', of, kind .. '_st', '') end
for index = 10, #ARGV, 8 do
  local kind, jid, record, spareJid, spareRecord, name, band, ties = unpack(ARGV, index, index + 7)
  redis.call('HSET', of, kind .. '_jid', jid, kind .. '_record', record, kind .. '_queue', name, kind .. '_band', band,
    kind .. '_ties', ties)
  if spareJid ~= '' then redis.call('HSET', of, kind .. '_spareJid', spareJid, kind .. '_spareRecord', spareRecord) end
end

if lineKey ~= '' then
  redis.call('HSET', of, 'key', lineKey)
  gates.enterLine(lineKey, bid)
  lifecycle().list(bid, 'key:' .. lineKey, now)
end
if parent == '' then lifecycle().list(bid, '', now) end
if tags then
  redis.call('HSET', of, 'tags', cmsgpack.pack(tags))
  for _, tag in ipairs(tags) do lifecycle().list(bid, 'tag:' .. tag, now) end
end
redis.call('SADD', prefix .. 'all', bid)
redis.call('ZADD', prefix .. 'uncommitted', expiresAt, bid)
if waits == 0 then gates.start(bid, now) end

return { 'begun' }
