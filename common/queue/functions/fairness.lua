-- Whose job is next in a pool. Each tenant with ready work stands in `ten:<pool>` by the slot time
-- it was served, divided by its weight: what its ended jobs took, what its running jobs have taken
-- so far, and a second for each dispatch, so that a burst of claims alternates too. A tenant that
-- comes back from idleness starts at the pool's virtual time: it is next, but saves up no credit.
-- (running + 1) / weight alone starves the lighter of two tenants on a single slot; see
-- docs/decisions/0007-fair-share.md.

local DISPATCH_COST_MS = 1000
local USE_KEPT_MS = 3600000
-- Scores in the set are lower bounds, since running jobs go on costing: a pick corrects what it
-- looks at, at most so often.
local PICK_CORRECTIONS = 32

-- What an operator allows a tenant, and its counts: `live`, jobs not done that it waits for, and
-- `run`, jobs that run on its account. A limit of 0 is none.
local function policy_of(ctx, tenant)
  local fields = redis.call('HMGET', key(ctx, 'tenant', tenant), 'weight', 'max_running', 'run',
                            'max_queued', 'live')
  local weight = tonumber(fields[1] or '1')
  return {
    weight = weight and weight > 0 and weight or 1,
    max_running = tonumber(fields[2] or '0') or 0, run = tonumber(fields[3] or '0') or 0,
    max_queued = tonumber(fields[4] or '0') or 0, live = tonumber(fields[5] or '0') or 0,
  }
end

local function may_run(policy)
  return policy.max_running == 0 or policy.run < policy.max_running
end

-- A tenant is known, and counted, as long as it has jobs or a policy.
local function count_live(ctx, tenant, change)
  local counts = key(ctx, 'tenant', tenant)
  local live = redis.call('HINCRBY', counts, 'live', change)
  if live == change and change > 0 then
    redis.call('ZADD', key(ctx, 'tenants'), 0, tenant)
  elseif live <= 0 then
    local left = redis.call('HMGET', counts, 'weight', 'run')
    if left[1] then return end
    redis.call('ZREM', key(ctx, 'tenants'), tenant)
    if (tonumber(left[2] or '0') or 0) <= 0 then redis.call('DEL', counts) end
  end
end

local function use_of(ctx, pool, tenant, policy)
  local fields = redis.call('HMGET', key(ctx, 'use', pool, tenant), 'served', 'run', 'starts')
  local use = {
    served = tonumber(fields[1] or '0') or 0, -- ms / weight
    run = tonumber(fields[2] or '0') or 0, -- jobs that run now
    starts = tonumber(fields[3] or '0') or 0, -- sum of the times they were claimed at
    policy = policy or policy_of(ctx, tenant),
  }
  use.weight = use.policy.weight
  use.score = use.served + (use.run * ctx.now - use.starts) / use.weight
  return use
end

local function store_use(ctx, pool, tenant, use)
  redis.call('HSET', key(ctx, 'use', pool, tenant), 'served', string.format('%.3f', use.served),
             'run', int(use.run), 'starts', int(use.starts))
end

local function virtual_time(ctx, pool)
  return tonumber(redis.call('GET', key(ctx, 'vt', pool)) or '0') or 0
end

local function tenant_gets_work(ctx, pool, tenant)
  local tenants = key(ctx, 'ten', pool)
  if redis.call('ZSCORE', tenants, tenant) then return end
  local policy = policy_of(ctx, tenant)
  if not may_run(policy) then return end
  local use = use_of(ctx, pool, tenant, policy)
  local behind = virtual_time(ctx, pool) - use.score
  if behind > 0 then
    use.served = use.served + behind
    use.score = use.score + behind
    store_use(ctx, pool, tenant, use)
    -- What runs is still to be discharged.
    if use.run == 0 then redis.call('PEXPIRE', key(ctx, 'use', pool, tenant), USE_KEPT_MS) end
  end
  redis.call('ZADD', tenants, string.format('%.3f', use.score), tenant)
end

-- Into or out of the sets of all pools, after its limit or its count changed.
local function settle_tenant(ctx, tenant)
  local policy = policy_of(ctx, tenant)
  for _, pool in ipairs(redis.call('SMEMBERS', key(ctx, 'pools'))) do
    if not may_run(policy) then
      redis.call('ZREM', key(ctx, 'ten', pool), tenant)
    elseif redis.call('EXISTS', key(ctx, 'rdy', pool, tenant)) == 1 then
      tenant_gets_work(ctx, pool, tenant)
    end
  end
end

-- The tenant to serve next, or nil; and its use, where that was asked for.
local function next_tenant(ctx, pool)
  local tenants = key(ctx, 'ten', pool)
  for _ = 1, PICK_CORRECTIONS do
    local front = redis.call('ZRANGE', tenants, 0, 1, 'WITHSCORES')
    if #front == 0 then return nil end
    if #front == 2 then return front[1] end -- alone
    local use = use_of(ctx, pool, front[1])
    if use.score <= tonumber(front[4]) then return front[1], use end
    redis.call('ZADD', tenants, string.format('%.3f', use.score), front[1])
  end
  return redis.call('ZRANGE', tenants, 0, 0)[1]
end

local function charge(ctx, pool, tenant, use)
  use = use or use_of(ctx, pool, tenant)
  local policy = use.policy
  if use.score > virtual_time(ctx, pool) then
    redis.call('SET', key(ctx, 'vt', pool), string.format('%.3f', use.score))
  end
  use.served = use.served + DISPATCH_COST_MS / use.weight
  use.run = use.run + 1
  use.starts = use.starts + ctx.now
  store_use(ctx, pool, tenant, use)
  if use.run == 1 then redis.call('PERSIST', key(ctx, 'use', pool, tenant)) end
  redis.call('ZADD', key(ctx, 'ten', pool), 'XX',
             string.format('%.3f', use.score + DISPATCH_COST_MS / use.weight), tenant)
  redis.call('HINCRBY', key(ctx, 'tenant', tenant), 'run', 1)
  policy.run = policy.run + 1
  if not may_run(policy) then settle_tenant(ctx, tenant) end
end

local function discharge(ctx, pool, tenant, started)
  local policy = policy_of(ctx, tenant)
  local use = use_of(ctx, pool, tenant, policy)
  if use.run < 1 then return end
  use.served = use.served + math.max(0, ctx.now - started) / use.weight
  use.run = use.run - 1
  use.starts = use.run == 0 and 0 or use.starts - started
  store_use(ctx, pool, tenant, use)
  if use.run == 0 then redis.call('PEXPIRE', key(ctx, 'use', pool, tenant), USE_KEPT_MS) end
  redis.call('HINCRBY', key(ctx, 'tenant', tenant), 'run', -1)
  if policy.max_running > 0 then settle_tenant(ctx, tenant) end
end
