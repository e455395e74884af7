-- What the end of a job concerns besides the job.
-- KEYS ties

local endings = {}

-- Of these jobs nothing is kept any longer. Few jobs have ties, and often none has.
function endings.untie(jids)
  if #jids == 0 or redis.call('EXISTS', ties) == 0 then return end
  redis.call('HDEL', ties, unpack(jids))
end

return endings
