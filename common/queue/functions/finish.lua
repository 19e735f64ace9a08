-- The end of a job: done, with an outcome, or a dead letter that an operator must look at.

local function finish(ctx, job, outcome)
  -- An active job has no open need, unless it was ended from outside.
  if job.st ~= 'active' or job.eo then call('DEL', key(ctx, 'need', job.id)) end
  leave_index(ctx, job)
  move(ctx, job, 'done', {out = outcome, fin = int(ctx.now)})
  -- What is dead stays until an operator has seen it.
  if not job.dead then call('ZADD', key(ctx, 'done'), int(ctx.now), job.id) end
  for _, waiter in ipairs(waiters_of(job)) do count_live(ctx, waiter.tenant, -1) end
  drop_ttl(ctx, job)
  start_release(ctx, job)
end

local function dead_letter(ctx, job, message)
  call('ZADD', key(ctx, 'dead'), int(ctx.now), job.id)
  set_fields(ctx, job, {dead = message})
end

-- Ends a job that must not, or cannot, have a record: what it asks for is not in the catalog, or its
-- entry is broken.
local function bury_job(ctx, job, message)
  dead_letter(ctx, job, message)
  set_fields(ctx, job, {em = message})
  finish(ctx, job, 'error')
end

-- What is wrong with an entry, as somebody may write to Redis by hand; nil for a sound one. Sound
-- values take the place of broken ones, so that the dead letter can be shown.
local ENDS = {cancelled = true, error = true, failed = true}
local CLASSES = {
  none = true, user = true, transient = true, infrastructure = true, timeout = true,
  cancelled = true, capacity = true, internal = true,
}
local SOUND = {
  {'kind', 'image', function(value) return KINDS[value] end},
  {'max', '3', function(value) return whole(value, 1, 100) end},
  {'sub', '0', function(value) return whole(value, 0, 1e15) end},
  {'att', '0', function(value) return value == nil or whole(value, 0, 1000) end},
  {'cr', '0', function(value) return value == nil or whole(value, 0, 1000) end},
  {'tok', '0', function(value) return value == nil or whole(value, 0, 9007199254740991) end},
  {'bid', '?', is_id},
  {'man', '?', function(value) return value and #value >= 1 and #value <= 100 end},
  {'plat', '?', function(value) return value and #value <= 64 end},
  {'eo', 'error', function(value) return value == nil or ENDS[value] end},
  {'ec', 'internal', function(value) return value == nil or CLASSES[value] end},
}

local function corrupt(field, value)
  return 'the entry is corrupt: ' .. field .. ' is "' ..
         tostring(value):sub(1, 60):gsub('[^%w%p ]', '?') ..
         '"; find out who writes to Redis, then drop it'
end

local function repair(ctx, job)
  local problem = nil
  for _, rule in ipairs(SOUND) do
    local name, sound, is_sound = rule[1], rule[2], rule[3]
    if not is_sound(job[name]) then
      problem = problem or corrupt(name, job[name])
      set_fields(ctx, job, {[name] = sound})
    end
  end
  return problem
end
