-- Batches that would wait for each other, so that none would ever go on.
-- Uses batches, gates
-- KEYS batch

local circles = {}
-- How many batches are looked at when one is begun: a few milliseconds' worth.
local MAX_LOOKED_AT = 500

-- What a batch waits for still, of what it was begun to wait for; see keys.ts.
local function predecessorsOf(bid)
  local found = {}
  for moment, other in (redis.call('HGET', batch .. bid, 'after') or ''):gmatch('(%a+):(%S+)') do
    if gates().isFollowing(bid, other, moment) then found[#found + 1] = other end
  end
  return found
end

-- Of the batches around a new one, in `parent`, one for which the others wait that it is to wait for,
-- whatever is between them: then none of these would ever go on. Nil when there is none. What is in the same
-- batch need not be looked at: it was begun in that, and so would wait for none around it either.
function circles.find(others, ancestors, parent)
  local left, seen, looked = { unpack(others) }, {}, 0
  -- So that it is one step. Who has so many before him has to see to it himself.
  while #left > 0 and looked < MAX_LOOKED_AT do
    local one = table.remove(left)
    if ancestors[one] then return one end
    -- It waits for what those around it wait for as well.
    local path = {}
    while one and not ancestors[one] and not seen[one] do
      seen[one] = true
      path[#path + 1] = one
      one = batches().parentOf(one)
    end
    looked = looked + #path
    for _, each in ipairs(one ~= parent and path or {}) do
      for _, before in ipairs(predecessorsOf(each)) do left[#left + 1] = before end
    end
  end
  return nil
end

return circles
