-- Transitions between states. Each state has one index: `wait` (waiting, parked), the ready sets,
-- `delay`, `lease` (active), `blamed` (ending), `done`. A job stands in exactly one of them.

-- `crowded`: a tenant in whose set others are known to stand.
local function leave_ready(ctx, job, crowded)
  for _, waiter in ipairs(waiters_of(job)) do
    local ready = key(ctx, 'rdy', job.pool, waiter.tenant)
    call('ZREM', ready, job.id)
    if waiter.tenant ~= crowded and call('ZCARD', ready) == 0 then
      call('ZREM', key(ctx, 'ten', job.pool), waiter.tenant)
    end
  end
end

-- A shared job stands in the ready set of each who waits, and is claimed once.
local function stand_in_ready(ctx, job)
  for _, waiter in ipairs(waiters_of(job)) do
    call('ZADD', key(ctx, 'rdy', job.pool, waiter.tenant), int(ready_score(waiter)), job.id)
    tenant_gets_work(ctx, job.pool, waiter.tenant)
  end
end

-- Out of the index of the state it is in; the caller puts it into another.
local function leave_index(ctx, job, crowded)
  if job.st == 'ready' then
    leave_ready(ctx, job, crowded)
  elseif job.st == 'waiting' or job.st == 'parked' then
    call('ZREM', key(ctx, 'wait'), job.id)
  elseif job.st == 'delayed' then
    call('ZREM', key(ctx, 'delay'), job.id)
    drop_fields(ctx, job, {'nb'})
  elseif job.st == 'ending' then
    call('ZREM', key(ctx, 'blamed'), job.id)
  elseif job.st == 'active' then
    call('ZREM', key(ctx, 'lease'), job.id)
    if job.prog then call('DEL', key(ctx, 'prog', job.id)) end
    if job.chg then discharge(ctx, job.pool, job.chg, tonumber(job.at)) end
    forget_holder(job)
  end
end

local function to_ready(ctx, job)
  leave_index(ctx, job)
  stand_in_ready(ctx, job)
  move(ctx, job, 'ready')
  ring(ctx, job.pool)
end

local function to_waiting(ctx, job, state)
  leave_index(ctx, job)
  call('ZADD', key(ctx, 'wait'), job.sub, job.id)
  move(ctx, job, state)
end

local function to_delayed(ctx, job, not_before)
  leave_index(ctx, job)
  call('ZADD', key(ctx, 'delay'), int(not_before), job.id)
  move(ctx, job, 'delayed', {nb = int(not_before)})
end

-- Claimable by an executor of any pool, which writes the record: all bells ring.
local function to_blamed(ctx, job, not_before)
  leave_index(ctx, job)
  call('ZADD', key(ctx, 'blamed'), int(not_before), job.id)
  move(ctx, job, 'ending')
  for _, pool in ipairs(call('SMEMBERS', key(ctx, 'pools'))) do ring(ctx, pool) end
end

local function drop_ttl(ctx, job)
  if job.ttl then call('ZREM', key(ctx, 'ttl'), job.id) end
end

-- Ends a job that no executor ran to its end.
local function end_job(ctx, job, outcome, class, message, cause)
  drop_ttl(ctx, job)
  to_blamed(ctx, job, ctx.now)
  set_fields(ctx, job, {eo = outcome, ec = class, em = message, eb = cause, out = outcome})
end

local CANCELLED = 'cancelled: nobody waits for it any more'

-- After a lease ended without a verdict. A crash or a drain does not lose a cancellation.
local function back_to_work(ctx, job)
  if job.eo then
    -- Whoever claims it may be what kills it, or the record store may be away: back off.
    local crashes = min(tonumber(job.cr or '0'), 10)
    to_blamed(ctx, job, ctx.now + min(600000, crashes * crashes * 1000))
  elseif job.can then
    end_job(ctx, job, 'cancelled', 'cancelled', CANCELLED, '')
  else
    to_ready(ctx, job)
  end
end
