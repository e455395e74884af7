-- Groups of jobs, all that have a tag or are in a batch: a group has each of its jobs as long as the job
-- may be run, and may be called off as a whole. In which groups a job is, its ties tell; keys.ts has what
-- is kept of a group.
-- Uses batches
-- KEYS ties, groups

local membership = {}
local names, closed, ended = groups .. 'names', groups .. 'closed', groups .. 'ended'
-- How a group has a job, as its score: it is to run or runs; it runs and is called off; it has ended, and
-- is kept.
local LIVE, CALLED_OFF, KEPT = 0, 1, 2

local function jobsOf(name) return groups .. 'jobs:' .. name end

-- Nil for a tag's.
local function batchOf(name) return name:match('^batch:(.*)$') end

-- The groups that a job with these ties is in. Who is called since a batch has failed is not called off
-- with it.
local function groupsIn(tied)
  local found = {}
  if tied.batch and tied.callback ~= 'death' then found[1] = 'batch:' .. tied.batch end
  for _, tag in ipairs(tied.tags or {}) do found[#found + 1] = 'tag:' .. tag end
  return found
end

-- The jobs of these that have ties: {jid, ties} each. Few jobs have some, and often none has.
function membership.read(jids)
  local found = {}
  if #jids == 0 or redis.call('EXISTS', ties) == 0 then return found end
  for index, packed in ipairs(redis.call('HMGET', ties, unpack(jids))) do
    if packed then found[#found + 1] = { jid = jids[index], ties = cmsgpack.unpack(packed) } end
  end
  return found
end

-- Whether a job with these ties is in a group.
function membership.isIn(name, tied)
  for _, one in ipairs(groupsIn(tied)) do
    if one == name then return true end
  end
  return false
end

-- The jids of a list of jobs with ties by the group.
local function byGroup(jobs)
  local members = {}
  for _, job in ipairs(jobs) do
    for _, name in ipairs(groupsIn(job.ties)) do
      members[name] = members[name] or {}
      table.insert(members[name], job.jid)
    end
  end
  return members
end

local function add(name, jids, score)
  local members = {}
  for _, jid in ipairs(jids) do
    members[#members + 1] = score
    members[#members + 1] = jid
  end
  redis.call('ZADD', jobsOf(name), unpack(members))
end

-- Whether anything of a group waits or runs.
function membership.isLive(name) return redis.call('ZCOUNT', jobsOf(name), LIVE, CALLED_OFF) > 0 end

function membership.isClosed(name) return redis.call('SISMEMBER', closed, name) == 1 end

-- The cancellation of a group is over: nothing of it waits or runs any longer.
function membership.endCancellation(name, now)
  redis.call('SREM', closed, name)
  redis.call('HSET', groups .. 'cancel:' .. name, 'endedAt', now)
  -- What is known of a batch's is kept as long as the batch.
  if not batchOf(name) then redis.call('ZADD', ended, now, name) end
end

-- Concludes what follows when jobs of a group have moved.
function membership.settle(name, now)
  local bid = batchOf(name)
  if bid then
    batches().settle(bid, now)
  elseif membership.isClosed(name) and not membership.isLive(name) then
    membership.endCancellation(name, now)
  end
end

-- The names of all groups that these jobs are in; and that of a batch, which does not end before whom it calls
-- since it has failed.
function membership.groupsOf(jobs)
  local members, found = byGroup(jobs), {}
  for _, job in ipairs(jobs) do
    if job.ties.callback == 'death' then members['batch:' .. job.ties.batch] = {} end
  end
  for name in pairs(members) do found[#found + 1] = name end
  return found
end

function membership.settleAll(found, now)
  for _, name in ipairs(found) do membership.settle(name, now) end
end

local function move(jobs, score)
  for name, members in pairs(byGroup(jobs)) do add(name, members, score) end
end

-- These jobs are new.
function membership.join(jobs)
  local entries = {}
  for _, job in ipairs(jobs) do
    entries[#entries + 1] = job.jid
    entries[#entries + 1] = cmsgpack.pack(job.ties)
  end
  redis.call('HSET', ties, unpack(entries))
  for name, members in pairs(byGroup(jobs)) do
    redis.call('SADD', names, name)
    add(name, members, LIVE)
  end
end

-- They had ended, and are to run after all.
function membership.revive(jobs) move(jobs, LIVE) end

-- They are called off, and still run.
function membership.callOff(jobs) move(jobs, CALLED_OFF) end

-- They have ended, and are kept for a while.
function membership.keep(jobs) move(jobs, KEPT) end

local function remove(name, jids)
  redis.call('ZREM', jobsOf(name), unpack(jids))
  if redis.call('EXISTS', jobsOf(name)) == 0 then redis.call('SREM', names, name) end
end

-- Nothing of them is kept any longer.
function membership.leave(jobs)
  for name, members in pairs(byGroup(jobs)) do remove(name, members) end
  local jids = {}
  for index, job in ipairs(jobs) do jids[index] = job.jid end
  if #jids > 0 then redis.call('HDEL', ties, unpack(jids)) end
end

-- What a batch had to know of a job it knows; what else it is tied to it stays.
function membership.leaveBatch(job)
  if not job.ties.batch then return end
  if job.ties.callback ~= 'death' then remove('batch:' .. job.ties.batch, { job.jid }) end
  job.ties.batch, job.ties.callback, job.ties.hasFailed, job.ties.isUntried = nil, nil, nil, nil
  redis.call('HSET', ties, job.jid, cmsgpack.pack(job.ties))
end

-- Of the groups that a job with these ties is in, or the batches around its own, one that is being called
-- off, or a batch that was; nil if there is none.
function membership.findClosed(tied)
  for _, name in ipairs(groupsIn(tied)) do
    local bid = batchOf(name)
    local cancelled = bid and batches().findCancelled(bid)
    if cancelled then return 'batch:' .. cancelled end
    if not bid and membership.isClosed(name) then return name end
  end
  return nil
end

return membership
