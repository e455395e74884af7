-- Groups of jobs, such as all that have a tag: a group has each of its jobs as long as the job has a
-- record, and may be called off as a whole. In which groups a job is, its ties tell; keys.ts has what is
-- kept of a group.
-- KEYS ties, groups

local membership = {}
local names, closed, ended = groups .. 'names', groups .. 'closed', groups .. 'ended'
-- How a group has a job, as its score: it is to run or runs; it runs and is called off; it has ended, and
-- is kept.
local LIVE, CALLED_OFF, KEPT = 0, 1, 2

local function jobsOf(name) return groups .. 'jobs:' .. name end

-- The groups that these ties name. Another kind of group has another word before the colon.
local function groupsIn(packed)
  local found = {}
  for index, tag in ipairs(cmsgpack.unpack(packed).tags or {}) do found[index] = 'tag:' .. tag end
  return found
end

-- Whether these ties name a group.
function membership.isIn(name, packed)
  for _, one in ipairs(groupsIn(packed)) do
    if one == name then return true end
  end
  return false
end

-- The jobs of a list by the group; a job without ties is in none.
local function byGroup(jids)
  local members = {}
  if #jids == 0 then return members end
  for index, packed in ipairs(redis.call('HMGET', ties, unpack(jids))) do
    for _, name in ipairs(packed and groupsIn(packed) or {}) do
      members[name] = members[name] or {}
      table.insert(members[name], jids[index])
    end
  end
  return members
end

-- Ends the cancellation of a group, if nothing of the group waits or runs any longer.
function membership.settle(name, now)
  if redis.call('SISMEMBER', closed, name) == 0 then return end
  if redis.call('ZCOUNT', jobsOf(name), LIVE, CALLED_OFF) > 0 then return end
  redis.call('SREM', closed, name)
  redis.call('HSET', groups .. 'cancel:' .. name, 'endedAt', now)
  redis.call('ZADD', ended, now, name)
end

local function add(name, jids, score)
  local members = {}
  for _, jid in ipairs(jids) do
    members[#members + 1] = score
    members[#members + 1] = jid
  end
  redis.call('ZADD', jobsOf(name), unpack(members))
end

local function move(jids, score, now)
  for name, members in pairs(byGroup(jids)) do
    add(name, members, score)
    membership.settle(name, now)
  end
end

-- New jobs, and the ties of each.
function membership.join(jids, tiesOfEach)
  local entries = {}
  for index, jid in ipairs(jids) do
    entries[#entries + 1] = jid
    entries[#entries + 1] = tiesOfEach[index]
  end
  redis.call('HSET', ties, unpack(entries))
  for name, members in pairs(byGroup(jids)) do
    redis.call('SADD', names, name)
    add(name, members, LIVE)
  end
end

-- They had ended, and are to run after all.
function membership.revive(jids, now) move(jids, LIVE, now) end

-- They are called off, and still run.
function membership.callOff(jids, now) move(jids, CALLED_OFF, now) end

-- They have ended, and are kept for a while.
function membership.keep(jids, now) move(jids, KEPT, now) end

-- Nothing of them is kept any longer.
function membership.leave(jids, now)
  for name, members in pairs(byGroup(jids)) do
    redis.call('ZREM', jobsOf(name), unpack(members))
    if redis.call('EXISTS', jobsOf(name)) == 0 then redis.call('SREM', names, name) end
    membership.settle(name, now)
  end
  if #jids > 0 then redis.call('HDEL', ties, unpack(jids)) end
end

-- Of the groups that these ties name, one that is being called off; nil if none is.
function membership.findClosed(packed)
  local found = groupsIn(packed)
  if #found == 0 then return nil end
  for index, isClosed in ipairs(redis.call('SMISMEMBER', closed, unpack(found))) do
    if isClosed == 1 then return found[index] end
  end
  return nil
end

return membership
