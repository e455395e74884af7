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
-- Returns {"begun"}; {"no batch", bid} of one that is not there; {"around", bid} of one that it would be
-- in, and wait for; {"circle", bid} of one that waits for one that it would be in; {"closed", bid} of the
-- one that it would be in, or around that, and was called off; {"runs", bid} of one with the key, when
-- that is to be skipped; {"overtaken", bid} of one with the key of one around it, which has ended;
-- {"line"} when too many wait for the key; or, of the job on whose behalf it is, {"parent stale"} or
-- {"parent cancelling", why}

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

-- Those that have its key, and have to end before it starts.
local line = prefix .. 'line:' .. lineKey
local rivals = lineKey ~= '' and redis.call('ZRANGE', line, 0, -1) or {}

local function findOverlap()
  if #rivals > 0 and overlap == 'skip' then return { 'runs', rivals[1] } end
  if #rivals >= MAX_LINE then return { 'line' } end
  for _, rival in ipairs(rivals) do
    if ancestors[rival] then return { 'around', rival } end
  end
  local overtaker = parent ~= '' and gates.findOvertaker(parent)
  return overtaker and { 'overtaken', overtaker }
end

local function queueUp()
  for _, rival in ipairs(rivals) do followed[#followed + 1] = { rival, 'end' } end
end
-- What it would call off waits for nothing any longer then: no circle is closed by that.
if overlap == 'queue' then queueUp() end

local function findCircle()
  local circle = parent ~= '' and #followed > 0 and circles().find(followed, ancestors)
  return circle and { 'circle', circle }
end

local refusal = ARGV[9] ~= '' and behalf().findRefusal(ARGV[9]) or findRefusal() or findOverlap() or findCircle()
if refusal then
  -- For who looks at that one.
  if refusal[1] == 'runs' then redis.call('HINCRBY', prefix .. refusal[2], 'skipped', 1) end
  return refusal
end

if overlap == 'cancel-and-wait' then
  for _, rival in ipairs(rivals) do lifecycle().close(rival, now, 'another run of its key', bid) end
  queueUp()
end

local isGated = #followed > 0 or lineKey ~= '' or described.isHeld
if parent ~= '' then
  redis.call('HINCRBY', prefix .. parent, 'openChildren', 1)
  redis.call('HINCRBY', prefix .. parent, 'unwonChildren', 1)
  redis.call('HINCRBY', prefix .. parent, 'unendedChildren', 1)
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
  'unwonChildren', 0, 'unendedChildren', 0, 'activeChildren', 0, 'closingChildren', 0, 'waits', waits)
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
-- What has ended has something in it again that has not.
if parent ~= '' then batches.settle(parent, now) end

return { 'begun' }
