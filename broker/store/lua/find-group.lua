-- Tells of a group of jobs. Nothing changes.
-- Uses closing
-- KEYS[1] groups
-- ARGV[1] group
-- Returns how many of its jobs wait or run and are not called off; how many run and are called off; and
-- then names and values of its last cancellation, if there was one

local closing = closing()

return closing.describe(ARGV[1])
