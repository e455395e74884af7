-- Where jobs are.
-- Uses records
-- KEYS jobs, queue, scheduled, retries, working, dead, cancelled, done

local records = records()
local places = {}
local SETS = {
  { 'working', working },
  { 'scheduled', scheduled },
  { 'retries', retries },
  { 'dead', dead },
  { 'cancelled', cancelled },
  { 'done', done },
}

-- "enqueued", or the name of the set that has a job; its score there; the key of that set; and its record,
-- if it had to be read for that. Of a job that is nowhere, also since it was removed and is only not
-- deleted yet, at most the record.
function places.find(jid)
  for _, set in ipairs(SETS) do
    local score = redis.call('ZSCORE', set[2], jid)
    if score then return set[1], score, set[2] end
  end
  local record = redis.call('HGET', jobs, jid)
  local name = records.findQueue(record)
  local score = name and redis.call('ZSCORE', queue .. name, jid)
  if score then return 'enqueued', score, queue .. name, record end
  return nil, nil, nil, record
end

return places
