-- Calls off some jobs of a group that is being called off.
-- Uses withdrawals, closing, membership
-- KEYS[1] scheduled
-- KEYS[2] retries
-- KEYS[3] queue
-- KEYS[4] working
-- KEYS[5] reservations
-- KEYS[6] cancels
-- KEYS[7] cancelling
-- KEYS[8] cancelled
-- KEYS[9] notices
-- KEYS[10] ties
-- KEYS[11] groups
-- KEYS[12] batch
-- KEYS[13] jobs
-- KEYS[14] queues
-- KEYS[15] sequence
-- ARGV[1] now
-- ARGV[2] group
-- ARGV[3] limit: how many jobs at the most, when none are named
-- ARGV[4] each jid: of a job that is looked at; the others are left alone then, as is one that is not in the
--   group
-- Returns how many there are still to be called off; 0 for a group that is not being called off

local withdrawals, closing = withdrawals(), closing()
local ties, groups = KEYS[10], KEYS[11]
local now, name, limit = unpack(ARGV, 1, 3)

if redis.call('SISMEMBER', groups .. 'closed', name) == 0 then return 0 end
local named = { unpack(ARGV, 4) }
local jids = #named > 0 and named or closing.first(name, limit)
if #jids == 0 then return 0 end

local why = closing.why(name)
local waiting, others = 0, {}
for index, packed in ipairs(redis.call('HMGET', ties, unpack(jids))) do
  local jid = jids[index]
  local tied = packed and cmsgpack.unpack(packed)
  local isMember = tied and membership().isIn(name, tied)
  local state = isMember and withdrawals.callOff(jid, tied.queue, why, now)
  if state == 'cancelled' then
    waiting = waiting + 1
  elseif not isMember then
    -- Nothing in a group should be without its ties; it would be looked at again and again.
    local wasThere = redis.call('ZREM', groups .. 'jobs:' .. name, jid) == 1
    if wasThere then redis.log(redis.LOG_WARNING, 'millrace: a job without ties was in a group') end
  elseif not state then
    -- It has been removed, and is only not deleted yet.
    others[#others + 1] = jid
  end
end
closing.count(name, waiting)
withdrawals.finish(now)
membership().keep(membership().read(others))
membership().settle(name, now)

local left = closing.sizes(name)
return left
