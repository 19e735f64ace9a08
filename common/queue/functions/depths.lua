-- depths(): what metrics tell beside pools(): dead letters, ends that want a record, rollbacks, then
-- pool, tenant, ready jobs of the deepest tenants of each pool. A shared job counts for each who waits.
-- Bounded: tenants are numberless, so the rest of a pool comes as tenant "".
do

local DEPTH_TENANTS = 20

local function tenant_depths(ctx, pool)
  local depths = {}
  for _, tenant in ipairs(call('ZRANGE', key(ctx, 'ten', pool), 0, POOL_TENANTS - 1)) do
    local depth = call('ZCARD', key(ctx, 'rdy', pool, tenant))
    if depth > 0 then depths[#depths + 1] = {tenant = tenant, depth = depth} end
  end
  table.sort(depths, function(a, b)
    if a.depth ~= b.depth then return a.depth > b.depth end
    return a.tenant < b.tenant
  end)
  return depths
end

function calls.depths(keys)
  local ctx = enter(keys)
  local answer = {int(call('ZCARD', key(ctx, 'dead'))),
                  int(call('ZCARD', key(ctx, 'blamed'))),
                  call('HGET', key(ctx, 'meta'), 'rollbacks') or '0'}
  for _, pool in ipairs(call('SMEMBERS', key(ctx, 'pools'))) do
    local rest = 0
    for i, one in ipairs(tenant_depths(ctx, pool)) do
      if i <= DEPTH_TENANTS then
        for _, value in ipairs({pool, one.tenant, int(one.depth)}) do answer[#answer + 1] = value end
      else
        rest = rest + one.depth
      end
    end
    if rest > 0 then
      for _, value in ipairs({pool, '', int(rest)}) do answer[#answer + 1] = value end
    end
  end
  return answer
end

end
