-- Ends jobs that a worker has done: nothing is left of them but the count.
-- KEYS[1] jobs
-- KEYS[2] working
-- KEYS[3] reservations
-- KEYS[4] counters
-- KEYS[5] history
-- ARGV[1] day: YYYY-MM-DD
-- ARGV[2] each jid
-- Returns a digit for each job: 1 when it was done now, 0 when it was not being worked on

local jobs, working, reservations, counters, history = unpack(KEYS)
local jids = { unpack(ARGV, 2) }
if #jids == 0 then return '' end

local deadlines = redis.call('ZMSCORE', working, unpack(jids))
local finished = {}
local done = {}
local seen = {}
for index, jid in ipairs(jids) do
  done[index] = 0
  if deadlines[index] and not seen[jid] then
    seen[jid] = true
    done[index] = 1
    finished[#finished + 1] = jid
  end
end

if #finished > 0 then
  redis.call('ZREM', working, unpack(finished))
  redis.call('HDEL', jobs, unpack(finished))
  redis.call('HDEL', reservations, unpack(finished))
  redis.call('HINCRBY', counters, 'processed', #finished)
  redis.call('HINCRBY', history, 'processed:' .. ARGV[1], #finished)
end

return table.concat(done)
