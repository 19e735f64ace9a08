-- restore(executor, lease_ms, token, tenant, submitted_ms, attempts failed, job…): an executor holds
-- a job under a claim that the queue has lost, because Redis came back from an older state
-- (epoch.lua). It takes the job under the same token, or brings it back as it knows it. A newer
-- claim, a cancellation and an end that the queue knows of come first. The job as submit reads it.

local function restorable(job, token)
  if not job then return true end
  local ended = job.st == 'ending' or job.st == 'done' or job.eo or job.can
  return not ended and (tonumber(job.tok or '0') or 0) < tonumber(token)
end

local function create_lost(ctx, given, tenant, submitted)
  local job = {id = given.id, st = 'new', pool = given.pool}
  local waiter = {tenant = tenant, priority = 0, joined = submitted}
  local fields = {
    kind = given.kind, bid = given.bid, man = given.man, plat = given.plat, pool = given.pool,
    max = given.max, req = 'restored', sub = int(submitted), w = format_waiters({waiter}),
  }
  if given.tp ~= '' then fields.tp = given.tp end
  set_fields(ctx, job, fields)
  call('SET', key(ctx, 'bid', given.bid), given.id)
  call('SADD', key(ctx, 'pools'), given.pool)
  count_live(ctx, tenant, 1)
  return job
end

local function restore(keys, args)
  local ctx = enter(keys)
  local request = {executor = args[1], lease = whole(args[2], 100, 3600000), token = args[3]}
  local tenant, submitted, failed = args[4], whole(args[5], 0, 1e15), whole(args[6], 0, 1000)
  if not is_id(request.executor) then return invalid('executor_id: write an ID') end
  if not request.lease then return invalid('lease: write 100 ms to an hour') end
  if not whole(request.token, 1, 9007199254740991) then return invalid('token: not a token') end
  if not is_name(tenant) then return invalid('tenant: write a name') end
  if not submitted or not failed then return invalid('submitted, attempts: out of range') end
  local given, problem = read_job(args, 7)
  if not given then return invalid(problem) end
  local job = load_job(ctx, given.id)
  if job and job.st == 'active' and job.tok == request.token then return 'OK' end
  local owner = call('GET', key(ctx, 'bid', given.bid))
  if not restorable(job, request.token) or (owner and owner ~= given.id) then
    return lost('job ' .. given.id .. ' went on without this lease')
  end
  job = job or create_lost(ctx, given, tenant, submitted)
  call('DEL', key(ctx, 'need', job.id))
  if failed > (tonumber(job.att or '0') or 0) then set_fields(ctx, job, {att = int(failed)}) end
  local list = waiters_of(job)
  local first = list[1] and list[1].tenant or tenant
  to_active(ctx, job, request, find_waiter(list, tenant) and tenant or first)
  return 'OK'
end
