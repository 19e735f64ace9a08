-- Reading: jobs as status shows them. Writes nothing.

local VIEW_MAX = 100

local function view(ctx, id)
  local flat = call('HGETALL', key(ctx, 'job', id))
  if #flat == 0 then return {} end
  local map = pairs_to_table(flat)
  if map.st ~= 'active' then
    forget_holder(map)
    flat = {}
    for name, value in pairs(map) do
      flat[#flat + 1] = name
      flat[#flat + 1] = value
    end
  end
  flat[#flat + 1] = 'id'
  flat[#flat + 1] = id
  for name, value in pairs(pairs_to_table(call('HGETALL', key(ctx, 'prog', id)))) do
    flat[#flat + 1] = 'p.' .. name
    flat[#flat + 1] = value
  end
  return flat
end

-- builds(build ID…): a flat map each, empty for what is not known.
local function builds(keys, args)
  local ctx = enter(keys)
  if #args > VIEW_MAX then return invalid('build_ids: at most 100') end
  local answer = {}
  for i, build in ipairs(args) do
    local id = call('GET', key(ctx, 'bid', build))
    answer[i] = id and view(ctx, id) or {}
  end
  return answer
end

local function views(keys, args)
  local ctx = enter(keys)
  if #args > VIEW_MAX then return invalid('job_ids: at most 100') end
  local answer = {}
  for i, id in ipairs(args) do answer[i] = view(ctx, id) end
  return answer
end

-- list(state, limit): job IDs of an index, newest first as far as its order tells, each with the
-- index's score. `ready` covers all pools and tenants.
local INDEXES = {
  waiting = 'wait', parked = 'wait', delayed = 'delay', active = 'lease', ending = 'blamed',
  done = 'done', dead = 'dead',
}

local function list(keys, args)
  local ctx = enter(keys)
  local limit = whole(args[2], 1, 1000)
  if not limit then return invalid('limit: write 1 to 1000') end
  if INDEXES[args[1]] then
    return call('ZREVRANGE', key(ctx, INDEXES[args[1]]), 0, limit - 1, 'WITHSCORES')
  end
  if args[1] ~= 'ready' then return invalid('state: not known') end
  local answer = {}
  for _, pool in ipairs(call('SMEMBERS', key(ctx, 'pools'))) do
    for _, tenant in ipairs(call('ZRANGE', key(ctx, 'ten', pool), 0, POOL_TENANTS - 1)) do
      local set = key(ctx, 'rdy', pool, tenant)
      for _, value in ipairs(call('ZREVRANGE', set, 0, limit - 1, 'WITHSCORES')) do
        answer[#answer + 1] = value
      end
      if #answer >= 4 * limit then return answer end
    end
  end
  return answer
end
