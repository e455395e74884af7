-- Places in sorted sets that outlast the jobs at them: a score and a name.

local ranks = {}

-- Whether a name stands behind another of the same score: as Redis has it by their bytes, which in Lua
-- depends on the language of the machine.
local function isBehind(name, other)
  for index = 1, math.min(#name, #other) do
    local byte, otherByte = name:byte(index), other:byte(index)
    if byte ~= otherByte then return byte > otherByte end
  end
  return #name > #other
end

-- How many stand before the first one behind this place; the score is an empty string for the beginning.
-- Of those with one score, which may be all there are, it is found by halves.
function ranks.behind(set, score, jid)
  if score == '' then return 0 end
  local low = redis.call('ZCOUNT', set, '-inf', '(' .. score)
  local high = low + redis.call('ZCOUNT', set, score, score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if isBehind(redis.call('ZRANGE', set, middle, middle)[1], jid) then
      high = middle
    else
      low = middle + 1
    end
  end
  return low
end

return ranks
