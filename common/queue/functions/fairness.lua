-- Whose job is next in a pool. Each tenant with ready work stands in `ten:<pool>` by the slot time
-- it was served, divided by its weight: what its ended jobs took, what its running jobs have taken
-- so far, and a second for each dispatch, so that a burst of claims alternates too. A tenant that
-- comes back from idleness starts at the pool's virtual time: it is next, but saves up no credit.
-- (running + 1) / weight alone starves the lighter of two tenants on a single slot; see
-- docs/decisions/0007-fair-share.md.

local DISPATCH_COST_MS = 1000
-- Scores in the set are lower bounds, since running jobs go on costing, and who is alone is not
-- corrected at all: a pick corrects what it looks at, at most so often.
local PICK_CORRECTIONS = 32

local function may_run(tenant)
  return tenant.max_running == 0 or tenant.run < tenant.max_running
end

local function score_of(ctx, tenant, use)
  return use.served + (use.run * ctx.now - use.starts) / tenant.weight
end

local function use_changed(tenant, pool) tenant.changed['u:' .. pool] = pool end

local function tenant_gets_work(ctx, pool, name)
  local turns = key(ctx, 'ten', pool)
  if call('ZSCORE', turns, name) then return end
  local tenant = tenant_of(ctx, name, pool)
  if not may_run(tenant) then return end
  local use = tenant.use[pool]
  local score = score_of(ctx, tenant, use)
  local behind = pool_of(ctx, pool).vt - score
  if behind > 0 then
    use.served = use.served + behind
    score = score + behind
    use_changed(tenant, pool)
  end
  call('ZADD', turns, format('%.3f', score), name)
end

-- Into or out of the sets of all pools, after its limit or its count changed.
local function settle_tenant(ctx, name)
  local tenant = tenant_of(ctx, name)
  for _, pool in ipairs(call('SMEMBERS', key(ctx, 'pools'))) do
    if not may_run(tenant) then
      call('ZREM', key(ctx, 'ten', pool), name)
    elseif call('EXISTS', key(ctx, 'rdy', pool, name)) == 1 then
      tenant_gets_work(ctx, pool, name)
    end
  end
end

-- The tenant to serve next, or nil; and whether no other has ready work.
local function next_tenant(ctx, pool)
  local turns = key(ctx, 'ten', pool)
  for _ = 1, PICK_CORRECTIONS do
    local front = call('ZRANGE', turns, 0, 1, 'WITHSCORES')
    if #front == 0 then return nil end
    if #front == 2 then return front[1], true end
    local tenant = tenant_of(ctx, front[1], pool)
    local score = format('%.3f', score_of(ctx, tenant, tenant.use[pool]))
    local behind = tonumber(score) - tonumber(front[4])
    -- Of equals the first by name, as they stand in the set, so that the others stay at the pool's
    -- virtual time or behind it: who comes now, at that time, is next.
    if behind < 0 or (behind == 0 and score == format('%.3f', tonumber(front[2]))) then
      return front[1], false
    end
    call('ZADD', turns, score, front[1])
  end
  return call('ZRANGE', turns, 0, 0)[1], false
end

local function charge(ctx, pool, name, alone)
  local tenant = tenant_of(ctx, name, pool)
  local use, of_pool = tenant.use[pool], pool_of(ctx, pool)
  local score = score_of(ctx, tenant, use)
  if score > of_pool.vt then
    of_pool.vt = score
    of_pool.changed.vt = true
  end
  local cost = DISPATCH_COST_MS / tenant.weight
  use.served = use.served + cost
  use.run = use.run + 1
  use.starts = use.starts + ctx.now
  use_changed(tenant, pool)
  tenant.run = tenant.run + 1
  tenant.changed.run = true
  if not alone then
    call('ZADD', key(ctx, 'ten', pool), 'XX', format('%.3f', score + cost), name)
  end
  if not may_run(tenant) then settle_tenant(ctx, name) end
end

local function discharge(ctx, pool, name, started)
  local tenant = tenant_of(ctx, name, pool)
  local use = tenant.use[pool]
  if use.run > 0 then
    use.served = use.served + max(0, ctx.now - started) / tenant.weight
    use.run = use.run - 1
    use.starts = use.run == 0 and 0 or use.starts - started
    use_changed(tenant, pool)
  end
  if tenant.run < 1 then return end
  tenant.run = tenant.run - 1
  tenant.changed.run = true
  if tenant.max_running > 0 then settle_tenant(ctx, name) end
end
