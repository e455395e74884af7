-- Batches that would wait for each other, so that none would ever go on.
-- Uses batches, gates
-- KEYS batch

local circles = {}
-- How many batches are looked at when one is begun: a few milliseconds' worth.
local MAX_LOOKED_AT = 300

-- The batches that wait for one to come to some moments.
local function followersOf(bid, moments, limit)
  local found = {}
  for _, moment in ipairs(moments) do
    local key = batch .. bid .. ':' .. moment
    if redis.call('EXISTS', key) == 1 and not gates().hasCome(bid, moment) then
      for _, follower in ipairs(redis.call('SRANDMEMBER', key, limit)) do found[#found + 1] = follower end
    end
  end
  return found
end

-- All batches that can't end before a new one has that is in `ancestors`: these; whatever follows them, and all
-- that is in that; and what these are in. As far as they can be looked at in one step: who has so many that
-- wait for each other has to see to it himself.
local function findWaiting(ancestors)
  local found, starting, left, count = {}, {}, {}, 0
  local function add(bid, isStarting)
    if count >= MAX_LOOKED_AT or starting[bid] or found[bid] and not isStarting then return end
    found[bid], starting[bid] = true, isStarting
    count = count + 1
    left[#left + 1] = bid
  end
  for bid in pairs(ancestors) do add(bid, false) end
  while #left > 0 do
    local bid = table.remove(left)
    local rest = MAX_LOOKED_AT - count
    -- What is in one that has not started waits for that.
    local moments = starting[bid] and { 'start', 'success', 'end' } or { 'success', 'end' }
    for _, follower in ipairs(rest > 0 and followersOf(bid, moments, rest) or {}) do add(follower, true) end
    local parent = not ancestors[bid] and batches().parentOf(bid)
    if parent then add(parent, false) end
  end
  return found
end

-- Of those that a new batch is to wait for, one that waits for a batch around it, whatever is between them;
-- then none of them would ever go on. Nil when there is none.
function circles.find(followed, ancestors)
  local waiting = findWaiting(ancestors)
  for _, one in ipairs(followed) do
    local other, moment = unpack(one)
    if waiting[other] and not gates().hasCome(other, moment) then return other end
  end
  return nil
end

return circles
