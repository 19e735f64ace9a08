-- submit(request, tenant, priority, ttl_ms, chunk, chunks, n, jobs…): at most 64 jobs, parents
-- first, all or nothing. A job: id, kind, build ID, manifest, platform, pool, max attempts,
-- traceparent, number of needs, needs…  Answers three strings a job: build ID, disposition, and "1"
-- when the job, or one that it waits for, is being stopped, so that its outcome will be no verdict;
-- or, in its place, the ID of the earlier generation that this same request made.

local function set_ttl(ctx, job, expiry)
  if expiry then
    call('ZADD', key(ctx, 'ttl'), int(expiry), job.id)
  else
    call('ZREM', key(ctx, 'ttl'), job.id)
  end
end

-- Edges to what is still to be done, and the need that has already failed, if one has. `found`: of a
-- submit, which knows some of them.
local function open_needs(ctx, needs, found)
  local open, failed = {}, nil
  for _, id in ipairs(needs) do
    local need = found and find_need(ctx, found, id) or load_job(ctx, id)
    if need.st ~= 'done' then
      open[#open + 1] = id
    elseif not succeeded(need) then
      failed = failed or need
    end
  end
  return open, failed
end

local function link_waiting(ctx, shared, job, open)
  call('SADD', key(ctx, 'need', job.id), unpack(open))
  for _, need in ipairs(open) do
    local kids = shared.kids[need] or {}
    kids[#kids + 1] = job.id
    shared.kids[need] = kids
  end
  shared.wait[#shared.wait + 1] = job.sub
  shared.wait[#shared.wait + 1] = job.id
end

local function create_job(ctx, request, shared, given)
  local job = {id = given.id, st = 'new', pool = given.pool}
  local waiter = {tenant = request.tenant, priority = request.priority, joined = ctx.now}
  local open, failed = open_needs(ctx, given.needs, shared)
  local fields = {
    kind = given.kind, bid = given.bid, man = given.man, plat = given.plat, pool = given.pool,
    max = given.max, req = request.id, sub = int(ctx.now), w = format_waiters({waiter}),
  }
  if given.tp ~= '' then fields.tp = given.tp end
  if request.ttl > 0 then fields.ttl = '1' end
  set_fields(ctx, job, fields)
  shared.bids[#shared.bids + 1] = key(ctx, 'bid', given.bid)
  shared.bids[#shared.bids + 1] = job.id
  -- Before a job is blamed, which rings the bells of all pools.
  if not shared.pools[job.pool] then call('SADD', key(ctx, 'pools'), job.pool) end
  shared.pools[job.pool] = true
  if request.ttl > 0 then set_ttl(ctx, job, ctx.now + request.ttl) end
  count_live(ctx, request.tenant, 1)
  if failed then
    blame(ctx, job, load_job(ctx, failed.id))
  elseif #open > 0 then
    link_waiting(ctx, shared, job, open)
    move(ctx, job, 'waiting')
  else
    to_ready(ctx, job)
  end
end

-- What the new jobs have in common, so that a call of many jobs is a few commands for each.
local function write_shared(ctx, shared)
  if #shared.bids > 0 then call('MSET', unpack(shared.bids)) end
  if #shared.wait > 0 then call('ZADD', key(ctx, 'wait'), unpack(shared.wait)) end
  for need, kids in pairs(shared.kids) do call('SADD', key(ctx, 'kids', need), unpack(kids)) end
end

-- A tenant waits from the first time it asked; its highest priority counts.
local function join_job(ctx, request, job)
  local list = waiters_of(job)
  local waiter = find_waiter(list, request.tenant)
  if not waiter then
    list[#list + 1] = {tenant = request.tenant, priority = request.priority, joined = ctx.now}
    count_live(ctx, request.tenant, 1)
  elseif waiter.priority < request.priority then
    waiter.priority = request.priority
  else
    return
  end
  set_fields(ctx, job, {w = format_waiters(list)})
  if job.st == 'ready' then stand_in_ready(ctx, job) end
end

local function extend_ttl(ctx, request, job)
  if not job.ttl then return end
  local expiry = call('ZSCORE', key(ctx, 'ttl'), job.id)
  if not expiry then return end
  if request.ttl == 0 then
    set_ttl(ctx, job, nil)
  elseif ctx.now + request.ttl > tonumber(expiry) then
    set_ttl(ctx, job, ctx.now + request.ttl)
  end
end

-- A request that is repeated after its job has ended asks for the next generation, as if it were a
-- new one. What it made before answers it, as long as the queue retains that. Not so for layers: who
-- asks for the next generation of one needs it, and what needs it must find it here.
local REPEAT_DEPTH = 8

local function made_before(ctx, request, given)
  local hex, generation = given.id:match('^([0-9a-f]+)%.(%d+)$')
  local asked = tonumber(generation)
  for older = asked - 1, math.max(1, asked - REPEAT_DEPTH), -1 do
    local job = load_job(ctx, hex .. '.' .. int(older))
    if job and job.req == request.id then return job end
  end
  return nil
end

-- Whether it waits for what is being stopped, at whatever depth: it will be blamed, and is as good as
-- stopped itself. `doomed` holds what was found out in this call.
local function is_doomed(ctx, found, job)
  if job.can or job.eo then return true end
  if job.st == 'done' then return not succeeded(job) end -- who waits for it is blamed in batches
  if job.st ~= 'waiting' and job.st ~= 'parked' then return false end
  local doomed = found.doomed
  if doomed[job.id] == nil then
    doomed[job.id] = false
    for _, id in ipairs(call('SMEMBERS', key(ctx, 'need', job.id))) do
      local need = find_need(ctx, found, id)
      if need and is_doomed(ctx, found, need) then doomed[job.id] = true end
    end
  end
  return doomed[job.id]
end

local function submit_job(ctx, request, shared, given)
  local job = load_job(ctx, given.id)
  if not job then
    local earlier = given.kind ~= 'layer' and made_before(ctx, request, given)
    if earlier then return earlier.bid, 'queued', earlier.id end
    create_job(ctx, request, shared, given)
    return given.bid, 'queued', ''
  end
  if job.req == request.id then return job.bid, 'queued', '' end -- the same request again
  if job.st == 'done' then return job.bid, 'done', '' end
  if is_doomed(ctx, shared, job) then return job.bid, 'joined', '1' end
  join_job(ctx, request, job)
  extend_ttl(ctx, request, job)
  return job.bid, 'joined', ''
end

-- A build ID names one job.
local function check_builds(ctx, fresh)
  if #fresh == 0 then return nil end
  local names, jobs = {}, {}
  for i, given in ipairs(fresh) do names[i] = key(ctx, 'bid', given.bid) end
  local owners = call('MGET', unpack(names))
  for i, given in ipairs(fresh) do
    if (owners[i] or given.id) ~= given.id or (jobs[given.bid] or given.id) ~= given.id then
      return invalid('build_id: ' .. given.bid .. ' is taken by another job; propose a new one')
    end
    jobs[given.bid] = given.id
  end
  return nil
end

local function check_room(ctx, request)
  local fresh, joins = {}, 0
  for _, given in ipairs(request.jobs) do
    local job = load_job(ctx, given.id)
    if not job then
      fresh[#fresh + 1] = given
    elseif job.st ~= 'done' then
      local list = waiters_of(job)
      if not find_waiter(list, request.tenant) then
        if #list >= MAX_WAITERS then
          return exhausted('job ' .. given.id .. ' has ' .. MAX_WAITERS ..
                           ' waiting tenants already')
        end
        joins = joins + 1
      end
    end
  end
  local refusal = check_builds(ctx, fresh)
  if refusal then return refusal end
  local more = #fresh + joins
  local policy = tenant_of(ctx, request.tenant)
  if policy.max_queued > 0 and more > 0 and policy.live + more > policy.max_queued then
    return exhausted('tenant ' .. request.tenant .. ' has ' .. int(policy.live) .. ' of ' ..
                     int(policy.max_queued) .. ' jobs that it may have in the queue, and asks for ' ..
                     int(more) .. ' more; wait for some to end, or ask an operator for a higher quota')
  end
  return nil
end

local function submit(keys, args)
  local ctx = enter(keys)
  -- What is found of jobs, by ID; what is to be written once for all new ones.
  local shared = {needs = {}, doomed = {}, bids = {}, wait = {}, kids = {}, pools = {}}
  local request, problem = read_request(ctx, shared, args)
  if not request then return invalid(problem) end
  local refusal = check_room(ctx, request)
  if refusal then return refusal end
  local answer = {}
  for _, given in ipairs(request.jobs) do
    local build, disposition, stopping = submit_job(ctx, request, shared, given)
    answer[#answer + 1] = build
    answer[#answer + 1] = disposition
    answer[#answer + 1] = stopping
  end
  write_shared(ctx, shared)
  if request.chunks > 1 then
    local progress = key(ctx, 'req', request.id)
    call('HSET', progress, 'chunks', int(request.chunks), int(request.chunk), '1')
    call('PEXPIRE', progress, REQUEST_KEPT_MS)
  end
  return answer
end
