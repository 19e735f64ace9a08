-- What a call changes of the records of pools and tenants, tells in the event stream and rings for:
-- read once, gathered in `ctx`, and written once at the end of the call (register.lua).

-- Of a pool: its jobs by state, and its virtual time (fairness.lua).
local POOL_FIELDS = {'waiting', 'parked', 'ready', 'delayed', 'active', 'ending', 'vt'}

local function pool_of(ctx, name)
  local pool = ctx.pools[name]
  if pool then return pool end
  local fields = call('HMGET', key(ctx, 'cnt', name), unpack(POOL_FIELDS))
  pool = {changed = {}}
  for i, field in ipairs(POOL_FIELDS) do pool[field] = tonumber(fields[i] or '0') or 0 end
  ctx.pools[name] = pool
  return pool
end

local function count_state(ctx, name, state, change)
  local pool = pool_of(ctx, name)
  pool[state] = (pool[state] or 0) + change
  pool.changed[state] = true
end

-- Of a tenant: what an operator allows it (a limit of 0 is none), its counts: `live`, jobs not done
-- that it waits for, `run`, jobs that run on its account, and what it used of pools.
local TENANT_KEPT_MS = 3600000

local function read_use(text)
  local served, run, starts = (text or ''):match('^(%S+) (%S+) (%S+)$')
  return {
    served = tonumber(served or '0') or 0, -- ms / weight
    run = tonumber(run or '0') or 0, -- jobs that run now
    starts = tonumber(starts or '0') or 0, -- sum of the times they were claimed at
  }
end

-- With what it used of `pool`, where one is named.
local function tenant_of(ctx, name, pool)
  local tenant = ctx.tenants[name]
  if not tenant then
    local fields = call('HMGET', key(ctx, 'tenant', name), 'weight', 'max_running', 'run',
                              'max_queued', 'live', 'u:' .. (pool or ''))
    local weight = tonumber(fields[1] or '1')
    tenant = {
      has_policy = fields[1] and true or false,
      weight = weight and weight > 0 and weight or 1,
      max_running = tonumber(fields[2] or '0') or 0, run = tonumber(fields[3] or '0') or 0,
      max_queued = tonumber(fields[4] or '0') or 0, live = tonumber(fields[5] or '0') or 0,
      use = {}, changed = {},
    }
    tenant.known = tenant.live > 0
    if pool then tenant.use[pool] = read_use(fields[6]) end
    ctx.tenants[name] = tenant
  elseif pool and not tenant.use[pool] then
    tenant.use[pool] = read_use(call('HGET', key(ctx, 'tenant', name), 'u:' .. pool))
  end
  return tenant
end

local function count_live(ctx, name, change)
  local tenant = tenant_of(ctx, name)
  tenant.live = tenant.live + change
  tenant.changed.live = true
end

local function announce(ctx, job)
  local events = ctx.events
  for _, value in ipairs({'b', job.bid, 's', job.st, 'o', job.out or ''}) do
    events[#events + 1] = value
  end
end

-- A hint for one sleeping executor of the pool.
local function ring(ctx, pool) ctx.bells[pool] = (ctx.bells[pool] or 0) + 1 end

local function write_pools(ctx)
  for name, pool in pairs(ctx.pools) do
    local flat = {}
    for field in pairs(pool.changed) do
      flat[#flat + 1] = field
      flat[#flat + 1] = field == 'vt' and format('%.3f', pool.vt) or int(pool[field])
    end
    if #flat > 0 then call('HSET', key(ctx, 'cnt', name), unpack(flat)) end
  end
end

-- A tenant is known, and counted, as long as it has jobs or a policy. What it used is kept longer, so
-- that it can't shed it by a moment of idleness.
local function write_tenant(ctx, name, tenant)
  local record = key(ctx, 'tenant', name)
  local flat = {}
  for field, pool in pairs(tenant.changed) do
    flat[#flat + 1] = field
    if pool == true then
      flat[#flat + 1] = int(tenant[field])
    else
      local use = tenant.use[pool]
      flat[#flat + 1] = format('%.3f %d %d', use.served, use.run, use.starts)
    end
  end
  if #flat == 0 then return end
  call('HSET', record, unpack(flat))
  local live = tenant.live > 0
  if live and not tenant.known then
    call('ZADD', key(ctx, 'tenants'), 0, name)
    call('PERSIST', record)
  elseif not live and not tenant.has_policy then
    call('ZREM', key(ctx, 'tenants'), name)
    -- What runs is still to be discharged.
    if tenant.run <= 0 then call('PEXPIRE', record, TENANT_KEPT_MS) end
  end
end

-- Events and bells are bounded: nobody may be listening.
local EVENTS_KEPT = 10000
local EVENTS_OF_AN_ENTRY = 100
local BELL_LENGTH = 64

local function write_events(ctx)
  local events, most = ctx.events, 6 * EVENTS_OF_AN_ENTRY
  for at = 1, #events, most do
    call('XADD', key(ctx, 'ev'), 'MAXLEN', '~', EVENTS_KEPT, '*',
               unpack(events, at, min(#events, at + most - 1)))
  end
end

local function write_bells(ctx)
  for pool, rings in pairs(ctx.bells) do
    local bell = key(ctx, 'bell', pool)
    local marks = {}
    for i = 1, min(rings, BELL_LENGTH - call('LLEN', bell)) do marks[i] = '1' end
    if #marks > 0 then call('RPUSH', bell, unpack(marks)) end
  end
end

local function write_accounts(ctx)
  for name, tenant in pairs(ctx.tenants) do write_tenant(ctx, name, tenant) end
  write_pools(ctx)
  write_events(ctx)
  write_bells(ctx)
end
