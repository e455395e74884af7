-- What the end of a job concerns besides the job.
-- Uses membership
-- KEYS ties

local endings = {}

-- Of these jobs nothing is kept any longer. Few jobs have ties, and often none has.
function endings.untie(jids, now)
  if #jids == 0 or redis.call('EXISTS', ties) == 0 then return end
  membership().leave(jids, now)
end

-- They have ended, and are kept for a while.
function endings.keep(jids, now)
  if #jids == 0 or redis.call('EXISTS', ties) == 0 then return end
  membership().keep(jids, now)
end

return endings
