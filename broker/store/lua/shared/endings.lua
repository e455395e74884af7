-- What the end of a job concerns besides the job: its groups, and its batch.
-- Uses membership, outcomes

local endings = {}

local function tell(jids, now, outcome, move)
  local jobs = membership().read(jids)
  if #jobs == 0 then return end
  for _, job in ipairs(jobs) do
    if job.ties.batch then outcomes()[outcome](job, now) end
  end
  local names = membership().groupsOf(jobs)
  if move then move(jobs) end
  membership().settleAll(names, now)
end

-- These jobs are done, and nothing of them is kept.
function endings.done(jids, now) tell(jids, now, 'done', membership().leave) end

-- They are done, and kept for a while; `results` has what came of some, in JSON, by their jids.
function endings.stored(jids, now, results)
  tell(jids, now, 'done', function(jobs)
    for _, job in ipairs(jobs) do
      if results[job.jid] then outcomes().keepResult(job, results[job.jid]) end
      membership().leaveBatch(job)
    end
    membership().keep(jobs)
  end)
end

-- They have failed, and will be tried again.
function endings.failed(jids, now) tell(jids, now, 'failed') end

-- They will not be tried again by themselves, and are kept for a while.
function endings.died(jids, now) tell(jids, now, 'died', membership().keep) end

-- They were called off, and are kept for a while.
function endings.cancelled(jids, now) tell(jids, now, 'cancelled', membership().keep) end

-- Nothing is left of them, though they were not done, or no longer.
function endings.gone(jids, now) tell(jids, now, 'gone', membership().leave) end

-- They had ended, and are to run after all.
function endings.revived(jids, now) tell(jids, now, 'revived', membership().revive) end

return endings
