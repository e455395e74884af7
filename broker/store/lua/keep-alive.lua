-- Notes that a broker is there, to which leases can be renewed; and when there was none for a while, how
-- long that was.
-- Uses presence
-- KEYS[1] alive
-- KEYS[2] outage
-- KEYS[3] sequence
-- ARGV[1] now
-- Returns a number that is another one when jobs may have come into a queue since it was asked last

local presence = presence()

presence.note(tonumber(ARGV[1]))

return tonumber(redis.call('GET', KEYS[3]) or 0)
