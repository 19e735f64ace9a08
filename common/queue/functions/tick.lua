-- tick(limit, retention_ms, dead_retention_ms): bounded maintenance. Any replica or executor calls
-- it at any time. Answers promoted, reaped, dead-lettered, removed, released, expired.
do

local MAX_CRASHES = 3
-- No tick for so long, or for half a lease: everyone who ticks was away, or the clock jumped. Well above the ticks' period.
local GAP_MS = 5000
local EXECUTOR_KEPT_MS = 86400000
local LONGEST_DELAY_MS = 86400000

-- After a restart (epoch.lua) or a gap nobody could renew a lease in time: nothing is reaped for one
-- lease.
local function grace_is_on(ctx)
  local meta = key(ctx, 'meta')
  local fields = call('HMGET', meta, 'pulse', 'grace', 'lease')
  local pulse, grace = tonumber(fields[1] or ctx.now), tonumber(fields[2] or '0')
  local lease = tonumber(fields[3] or '30000')
  local gap = max(GAP_MS, lease / 2)
  if ctx.now - pulse > gap or ctx.now < pulse - gap or grace > ctx.now + lease then
    grace = ctx.now + lease
  end
  call('HSET', meta, 'pulse', int(ctx.now), 'grace', int(grace))
  return grace > ctx.now
end

-- A clock of Redis that was set back leaves times that lie too far ahead.
local function pull_back(ctx, set, horizon, limit)
  local far = call('ZRANGEBYSCORE', set, '(' .. int(ctx.now + 2 * horizon), '+inf',
                         'LIMIT', 0, limit)
  for _, id in ipairs(far) do call('ZADD', set, 'XX', int(ctx.now + horizon), id) end
end

local function promote(ctx, limit)
  local due = call('ZRANGEBYSCORE', key(ctx, 'delay'), '-inf', int(ctx.now),
                         'LIMIT', 0, limit)
  for _, id in ipairs(due) do
    local job = load_job(ctx, id)
    if job and job.st == 'delayed' then
      to_ready(ctx, job)
    else
      call('ZREM', key(ctx, 'delay'), id)
    end
  end
  return #due
end

local function reap_job(ctx, job)
  local crashes = tonumber(job.cr or '0') + 1
  set_fields(ctx, job, {
    cr = int(crashes), err = 'executor ' .. (job.ex or '?') .. ' was lost while it held the job',
  })
  if crashes < MAX_CRASHES or job.eo or job.can then
    back_to_work(ctx, job)
    return 0
  end
  local message = 'each of ' .. int(crashes) .. ' executors that held it was lost, the last was ' ..
                  (job.ex or '?') .. '; see what this build does to its host, then retry it'
  dead_letter(ctx, job, message)
  end_job(ctx, job, 'error', 'infrastructure', message, '')
  return 1
end

local function reap(ctx, limit)
  local late = call('ZRANGEBYSCORE', key(ctx, 'lease'), '-inf', int(ctx.now),
                          'LIMIT', 0, limit)
  local dead = 0
  for _, id in ipairs(late) do
    local job = load_job(ctx, id)
    if job and job.st == 'active' then
      dead = dead + reap_job(ctx, job)
    else
      call('ZREM', key(ctx, 'lease'), id)
    end
  end
  return #late, dead
end

-- Jobs that did not begin within their queue TTL.
local function expire(ctx, limit)
  local late = call('ZRANGEBYSCORE', key(ctx, 'ttl'), '-inf', int(ctx.now), 'LIMIT', 0, limit)
  for _, id in ipairs(late) do
    local job = load_job(ctx, id)
    call('ZREM', key(ctx, 'ttl'), id)
    if job and not job.start and (job.st == 'waiting' or job.st == 'ready') then
      end_job(ctx, job, 'cancelled', 'cancelled', 'it did not begin within its queue TTL', '')
      cancel_unneeded(ctx, job, {left = CANCEL_DEPTH})
    end
  end
  return #late
end

local function remove_job(ctx, id)
  local job = load_job(ctx, id)
  ctx.jobs[id] = false
  call('DEL', key(ctx, 'job', id), key(ctx, 'need', id), key(ctx, 'kids', id),
             key(ctx, 'prog', id))
  if job then
    call('DEL', key(ctx, 'bid', job.bid), key(ctx, 'log', job.bid),
               key(ctx, 'sealed', job.bid))
  end
end

local function retain(ctx, set, age, limit)
  local old = call('ZRANGEBYSCORE', set, '-inf', int(ctx.now - age), 'LIMIT', 0, limit)
  local removed = 0
  for _, id in ipairs(old) do
    local job = load_job(ctx, id)
    local unfinished = job and job.st ~= 'done'
    if not unfinished and not call('ZSCORE', key(ctx, 'release'), id) then
      remove_job(ctx, id)
      call('ZREM', set, id)
      removed = removed + 1
    end
  end
  return removed
end

local function forget_executors(ctx, limit)
  local old = call('ZRANGEBYSCORE', key(ctx, 'exs'), '-inf', int(ctx.now - EXECUTOR_KEPT_MS),
                         'LIMIT', 0, limit)
  for _, id in ipairs(old) do
    call('ZREM', key(ctx, 'exs'), id)
    call('DEL', key(ctx, 'ex', id))
  end
end

function calls.tick(keys, args)
  local ctx = enter(keys)
  local limit = whole(args[1], 1, 200)
  local retention = whole(args[2], 0, 31536000000)
  local dead_retention = whole(args[3], 0, 31536000000)
  if not limit or not retention or not dead_retention then return invalid('tick: out of range') end
  local grace = grace_is_on(ctx)
  local lease = tonumber(call('HGET', key(ctx, 'meta'), 'lease') or '30000')
  pull_back(ctx, key(ctx, 'lease'), lease, limit)
  pull_back(ctx, key(ctx, 'delay'), LONGEST_DELAY_MS, limit)
  local promoted = promote(ctx, limit)
  local reaped, dead = 0, 0
  if not grace then reaped, dead = reap(ctx, limit) end
  local released = release_some(ctx, limit)
  local expired = expire(ctx, limit)
  local removed = retain(ctx, key(ctx, 'done'), retention, limit) +
                  retain(ctx, key(ctx, 'dead'), dead_retention, limit)
  forget_executors(ctx, limit)
  return {promoted, reaped, dead, removed, released, expired}
end

end
