-- Notes that a broker is there, to which leases can be renewed; and when there was none for a while, how
-- long that was.
-- Uses presence
-- KEYS[1] alive
-- KEYS[2] outage
-- ARGV[1] now
-- Returns nothing

presence.note(tonumber(ARGV[1]))

return false
