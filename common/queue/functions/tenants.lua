-- Tenants: who they are, what an operator allows them, and what they have.

-- tenants(from, count): those with jobs that are not done, or with a policy, by name, from a rank on.
-- Each: tenant, weight, max_queued, max_running, live, run, then pool, ready, run of each pool where
-- it has some.
do

local TENANTS_MOST = 20
local TENANT_POOLS = 50

function calls.tenants(keys, args)
  local ctx = enter(keys)
  local from, count = whole(args[1], 0, 1e6), whole(args[2], 1, TENANTS_MOST)
  if not from or not count then return invalid('from, count: write 0 or more, 1 to 20') end
  local pools = call('SMEMBERS', key(ctx, 'pools'))
  table.sort(pools)
  local answer = {}
  for i, name in ipairs(call('ZRANGE', key(ctx, 'tenants'), from, from + count - 1)) do
    local policy = tenant_of(ctx, name)
    local flat = {
      name, format('%.6f', policy.weight), int(policy.max_queued),
      int(policy.max_running), int(policy.live), int(policy.run),
    }
    for at = 1, min(#pools, TENANT_POOLS) do
      local ready = call('ZCARD', key(ctx, 'rdy', pools[at], name))
      local run = tenant_of(ctx, name, pools[at]).use[pools[at]].run
      if ready > 0 or run > 0 then
        for _, value in ipairs({pools[at], int(ready), int(run)}) do flat[#flat + 1] = value end
      end
    end
    answer[i] = flat
  end
  return answer
end

-- set_tenant(tenant, weight, max_queued, max_running)
function calls.set_tenant(keys, args)
  local ctx = enter(keys)
  local weight = tonumber(args[2])
  local queued, running = whole(args[3], 0, 1e9), whole(args[4], 0, 1e6)
  if not is_name(args[1]) then return invalid('tenant: write [a-z0-9][a-z0-9._-]{0,62}') end
  if not weight or weight < 0.01 or weight > 100 then return invalid('weight: write 0.01 to 100') end
  if not queued or not running then return invalid('max_queued, max_running: write 0 or more') end
  call('HSET', key(ctx, 'tenant', args[1]), 'weight', args[2], 'max_queued', int(queued),
             'max_running', int(running))
  call('PERSIST', key(ctx, 'tenant', args[1]))
  call('ZADD', key(ctx, 'tenants'), 0, args[1])
  settle_tenant(ctx, args[1])
  return 'OK'
end

-- tenant(tenant): weight, max_queued, max_running, live, run
function calls.tenant(keys, args)
  local ctx = enter(keys)
  if not is_name(args[1]) then return invalid('tenant: write a name') end
  local policy = tenant_of(ctx, args[1])
  return {
    format('%.6f', policy.weight), int(policy.max_queued), int(policy.max_running),
    int(policy.live), int(policy.run),
  }
end

end
