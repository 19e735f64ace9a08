-- What operators do: dead letters, and the question why a job waits.
do

-- counts(): dead letters, jobs that ended and want a record; rollbacks, when the newest was noticed,
-- and how many writes it lost.
function calls.counts(keys)
  local ctx = enter(keys)
  local back = call('HMGET', key(ctx, 'meta'), 'rollbacks', 'back', 'back_lost')
  return {
    int(call('ZCARD', key(ctx, 'dead'))), int(call('ZCARD', key(ctx, 'blamed'))),
    back[1] or '0', back[2] or '0', back[3] or '0',
  }
end

-- drop_dead(job ID): an operator has seen it; retention begins.
function calls.drop_dead(keys, args)
  local ctx = enter(keys)
  local id = args[1]
  if not is_job_id(id) or not call('ZSCORE', key(ctx, 'dead'), id) then
    return not_found('job ' .. tostring(id) .. ' is not a dead letter')
  end
  call('ZREM', key(ctx, 'dead'), id)
  local job = load_job(ctx, id)
  if job then
    drop_fields(ctx, job, {'dead'})
    if job.st == 'done' then call('ZADD', key(ctx, 'done'), int(ctx.now), id) end
  end
  return 'OK'
end

-- explain(build ID): a flat map of what decides when the job runs. `needs` names at most three.
local EXPLAIN_NEEDS = 3
local EXPLAIN_EXECUTORS = 1000

local function serving(ctx, pool)
  local alive = 0
  local ids = call('ZREVRANGE', key(ctx, 'exs'), 0, EXPLAIN_EXECUTORS - 1)
  for _, id in ipairs(ids) do
    local fields = call('HMGET', key(ctx, 'ex', id), 'pool', 'hb', 'lease', 'drain')
    local silent = ctx.now - tonumber(fields[2] or '0')
    if fields[1] == pool and fields[4] ~= '1' and
        silent <= ALIVE_LEASES * tonumber(fields[3] or '30000') then
      alive = alive + 1
    end
  end
  return alive
end

local function describe_needs(ctx, id)
  local parts = {}
  local needs = call('SMEMBERS', key(ctx, 'need', id))
  table.sort(needs)
  for i = 1, min(#needs, EXPLAIN_NEEDS) do
    local need = load_job(ctx, needs[i])
    if need then
      local where = need.ex and (' on executor ' .. need.ex) or ''
      parts[#parts + 1] = need.kind .. ' ' .. need.bid .. ' (' .. need.man .. ', ' .. need.st ..
                          where .. ')'
    end
  end
  return #needs, table.concat(parts, ', ')
end

function calls.explain(keys, args)
  local ctx = enter(keys)
  local id = is_id(args[1]) and call('GET', key(ctx, 'bid', args[1]))
  local job = id and load_job(ctx, id)
  if not job then return not_found('build ' .. tostring(args[1]) .. ' is not in the queue') end
  local answer = {'st', job.st, 'pool', job.pool, 'nb', job.nb or '', 'serving',
                  int(serving(ctx, job.pool))}
  local function add(name, value)
    answer[#answer + 1] = name
    answer[#answer + 1] = value
  end
  if job.st == 'ready' then
    local tenant = waiters_of(job)[1].tenant
    local policy = tenant_of(ctx, tenant)
    add('tenant', tenant)
    add('ahead', int(call('ZRANK', key(ctx, 'rdy', job.pool, tenant), id) or 0))
    if not may_run(policy) then add('quota', int(policy.max_running)) end
  elseif job.st == 'delayed' then
    add('att', job.att or '0')
    add('max', job.max or '0')
    add('err', (job.err or ''):sub(1, 500))
  elseif job.st == 'waiting' or job.st == 'parked' then
    local count, text = describe_needs(ctx, id)
    add('needs', text)
    add('need_count', int(count))
  end
  return answer
end

end
