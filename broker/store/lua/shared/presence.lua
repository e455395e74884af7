-- Since when there has been a broker without a break, to which workers could speak; see keep-alive.lua.
-- KEYS alive, resumed

local presence = {}
-- Brokers tell each second that they are there; after so long without a word there was none.
local NO_BROKER_MS = 3000

function presence.since(now)
  -- Who asks may be the first that is there again, and not have said so yet.
  local isFirst = now - (tonumber(redis.call('GET', alive)) or 0) > NO_BROKER_MS
  return isFirst and now or tonumber(redis.call('GET', resumed)) or 0
end

return presence
