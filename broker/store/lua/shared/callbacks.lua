-- The jobs that a batch calls. They were written when it was begun, so that to call one twice is to call it
-- once; keys.ts has their fields.
-- Uses records, membership
-- KEYS jobs, queue, queues, sequence, notices, batch

local callbacks = {}
-- The state of one: enqueued, and acknowledged. Nothing before.
local ENQUEUED, DONE = '1', '2'

local function of(bid) return batch .. bid end

local function read(bid, kind, ...)
  local fields = { ... }
  for index, field in ipairs(fields) do fields[index] = kind .. '_' .. field end
  return unpack(redis.call('HMGET', of(bid), unpack(fields)))
end

-- Puts it into its queue, if the batch has it, and has not called it before. Where something has its jid by
-- then, it is called by the other one, which is the batch's own. `found` is the batch as it is known, and is
-- told of it.
function callbacks.call(bid, kind, now, found)
  local jid, record, state, name, band, packed = read(bid, kind, 'jid', 'record', 'st', 'queue', 'band', 'ties')
  if not jid or state ~= '' then return end
  if redis.call('HEXISTS', jobs, jid) == 1 then jid, record = read(bid, kind, 'spareJid', 'spareRecord') end
  local header, textStart = records().unpackHeader(record)
  header.enqueuedAt = tonumber(now)
  local ties = packed ~= '' and cmsgpack.unpack(packed) or {}
  ties.batch, ties.callback, ties.queue = bid, kind, name
  redis.call('HSET', jobs, jid, cmsgpack.pack(header) .. record:sub(textStart + 1))
  membership().join({ { jid = jid, ties = ties } })
  redis.call('SADD', queues, name)
  redis.call('ZADD', queue .. name, band + redis.call('INCR', sequence), jid)
  redis.call('PUBLISH', notices, 'queue ' .. name .. ' ')
  redis.call('HSET', of(bid), kind .. '_st', ENQUEUED)
  if found then found[kind .. '_st'] = ENQUEUED end
end

-- It was acknowledged.
function callbacks.done(bid, kind)
  redis.call('HSET', of(bid), kind .. '_st', DONE)
  callbacks.find(bid, kind)
end

-- It will not be tried again by itself.
function callbacks.lose(bid, kind, now) redis.call('HSET', of(bid), kind .. '_lostAt', now) end

-- Nothing is left of it, so that nobody can try it again either.
function callbacks.noteGone(bid, kind) redis.call('HSET', of(bid), kind .. '_isGone', 1) end

-- It will after all.
function callbacks.find(bid, kind) redis.call('HDEL', of(bid), kind .. '_lostAt') end

-- It is as if it had not been called.
local function takeBack(bid, kind)
  redis.call('HDEL', of(bid), kind .. '_isGone', kind .. '_lostAt')
  redis.call('HSET', of(bid), kind .. '_st', '')
end

-- One of which nothing is left, and that was not done, may be called again. Returns whether it is such a one.
function callbacks.takeBackGone(bid, kind)
  local isGone = read(bid, kind, 'isGone')
  if isGone then takeBack(bid, kind) end
  return isGone and true or false
end

-- What the batch comes to from now on it is told as well, if it has heard of what was before.
function callbacks.rearm(bid, kind)
  local state, isGone = read(bid, kind, 'st', 'isGone')
  if state == DONE or isGone then takeBack(bid, kind) end
end

-- What has become of it, by what is known of its batch. Whether it was called, and it is open what comes of it.
function callbacks.isOut(found, kind) return found[kind .. '_st'] == ENQUEUED and not found[kind .. '_lostAt'] end

-- Whether the batch need not wait for it: it was acknowledged, or there is none.
function callbacks.isDone(found, kind) return not found[kind .. '_jid'] or found[kind .. '_st'] == DONE end

-- Whether it is done, or will not be.
function callbacks.isEnded(found, kind) return found[kind .. '_lostAt'] or callbacks.isDone(found, kind) end

return callbacks
