-- Whether workers could speak to a broker: nobody is taken for dead who could not be heard.
-- KEYS alive, outage

local presence = {}
-- Brokers say some times a second that they are there; after so long without a word there was none. It is
-- half of the shortest lease.
local NO_BROKER_MS = 1000
-- An outage that follows another so soon is the same: not everybody has been heard in between.
local SOON_MS = 10000
-- Who has to speak every so often does so three times as often, so that this much of an outage is too short
-- to have cost anybody all their time, ...
local HARMLESS = 1 / 4
-- ... and after the others everybody is heard by then, with as much to spare.
local HEARD_AGAIN = 2 / 3

local function read()
  local from, to = (redis.call('GET', outage) or '0 0'):match('^(%S+) (%S+)$')
  return tonumber(from), tonumber(to)
end

-- The last while without any broker: since when, and until when. Who asks may be the first that is there
-- again, and then it is over now.
local function lastOutage(now)
  local last = tonumber(redis.call('GET', alive)) or 0
  local from, to = read()
  if now - last <= NO_BROKER_MS then return from, to end
  return last - to < SOON_MS and from or last, now
end

-- Notes that a broker is there.
function presence.note(now)
  local from, to = lastOutage(now)
  if to == now then redis.call('SET', outage, string.format('%.0f %.0f', from, to)) end
  -- Also when that is earlier than what is there: then a clock that was ahead has been set right.
  redis.call('SET', alive, string.format('%.0f', now))
end

-- Until when somebody has time who has to speak every so often; long ago, as a rule.
function presence.graceFor(periodMs, now)
  local from, to = lastOutage(now)
  if to > now or to - from < periodMs * HARMLESS then return 0 end
  return math.floor(to + periodMs * HEARD_AGAIN)
end

return presence
