-- Calls jobs off, wherever they are: one that waits is cancelled, one that is being worked on will be.
-- Uses membership, endings, runs
-- KEYS scheduled, retries, queue, working, reservations, cancels, cancelling, cancelled, notices

local withdrawals = {}
-- What is called off in this call: what waited, and what runs.
local ended, running = {}, {}

-- Tells the worker that has a job, if it listens anywhere.
local function tellWorker(jid, why)
  local run = runs().read(redis.call('HGET', reservations, jid))
  if run.wid == '' then return end
  local told = cmsgpack.unpack(why)
  local members = { '"jid":' .. cjson.encode(jid) }
  if run.token ~= '0' then members[2] = '"lease":' .. run.token end
  for _, name in ipairs({ 'reason', 'by' }) do
    if told[name] then members[#members + 1] = '"' .. name .. '":' .. cjson.encode(told[name]) end
  end
  local notice = '{"wid":' .. cjson.encode(run.wid) .. ',' .. table.concat(members, ',') .. '}'
  redis.call('PUBLISH', notices, 'cancel ' .. notice)
end

-- Takes a job out of where it waits; the queue is the one that it has when it is in any.
local function withdraw(jid, name)
  if redis.call('ZREM', scheduled, jid) == 1 or redis.call('ZREM', retries, jid) == 1 then return true end
  return name and redis.call('ZREM', queue .. name, jid) == 1
end

-- Calls off one job: `why` is what `cancels` has of it. Returns "cancelled" or "cancelling", or nothing
-- when it neither waits nor is being worked on.
function withdrawals.callOff(jid, name, why, now)
  if redis.call('ZSCORE', working, jid) then
    redis.call('SADD', cancelling, jid)
    tellWorker(jid, why)
    running[#running + 1] = jid
  elseif withdraw(jid, name) then
    redis.call('ZADD', cancelled, now, jid)
    ended[#ended + 1] = jid
  else
    return nil
  end
  redis.call('HSET', cancels, jid, why)
  return ended[#ended] == jid and 'cancelled' or 'cancelling'
end

-- Tells the groups of all those jobs, at the end of the call.
function withdrawals.finish(now)
  membership().callOff(membership().read(running))
  endings().cancelled(ended, now)
end

return withdrawals
