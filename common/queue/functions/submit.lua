-- submit(request, tenant, priority, ttl_ms, chunk, chunks, n, jobs…): at most 64 jobs, parents
-- first, all or nothing. A job: id, kind, build ID, manifest, platform, pool, max attempts,
-- traceparent, number of needs, needs…  Answers three strings a job: build ID, disposition, and "1"
-- when the job, or one that it waits for, is being stopped, so that its outcome will be no verdict;
-- or, in its place, the ID of the earlier generation that this same request made.

local SUBMIT_MAX = 64
local MAX_NEEDS = 64
local REQUEST_KEPT_MS = 3600000
local KINDS = {layer = true, image = true, index = true}

local function read_job(args, at)
  local job = {
    id = args[at], kind = args[at + 1], bid = args[at + 2], man = args[at + 3],
    plat = args[at + 4], pool = args[at + 5], max = args[at + 6], tp = args[at + 7], needs = {},
  }
  local count = whole(args[at + 8], 0, MAX_NEEDS)
  if not is_job_id(job.id) then return nil, 'job_id: write a key of 64 hex digits, ".", generation' end
  if not KINDS[job.kind] then return nil, 'kind: write layer, image or index' end
  if not is_id(job.bid) then return nil, 'build_id: write a ULID' end
  if not is_name(job.pool) then return nil, 'pool: write a name' end
  if not whole(job.max, 1, 100) then return nil, 'max_attempts: write 1 to 100' end
  if not job.man or #job.man < 1 or #job.man > 100 then return nil, 'manifest_id: 1 to 100 bytes' end
  if not job.plat or #job.plat > 64 then return nil, 'platform: at most 64 bytes' end
  if not job.tp or #job.tp > 64 then return nil, 'traceparent: at most 64 bytes' end
  if not count then return nil, 'needs: at most 64' end
  for i = 1, count do
    job.needs[i] = args[at + 8 + i]
    if not is_job_id(job.needs[i]) then return nil, 'needs: not a job ID' end
  end
  return job, at + 9 + count
end

-- A need must exist, or come before in the same request, or nobody would ever release the job.
local function check_needs(ctx, job, before)
  for _, need in ipairs(job.needs) do
    if need == job.id then return 'needs: job ' .. job.id .. ' needs itself' end
    if not before[need] and not load_job(ctx, need) then
      return 'needs: job ' .. need .. ' is not known; submit it first, or in the same request'
    end
  end
  return nil
end

local function read_request(ctx, args)
  local request = {
    id = args[1], tenant = args[2], priority = whole(args[3], -10, 10),
    ttl = whole(args[4], 0, 31536000000), chunk = whole(args[5], 0, 100000),
    chunks = whole(args[6], 1, 100000), jobs = {},
  }
  if not is_id(request.id) then return nil, 'request_id: write a ULID' end
  if not is_name(request.tenant) then return nil, 'tenant: write [a-z0-9][a-z0-9._-]{0,62}' end
  if not request.priority then return nil, 'priority: write -10 to 10' end
  if not request.ttl then return nil, 'queue_ttl: write 0 ms to a year' end
  if not request.chunks or not request.chunk or request.chunk >= request.chunks then
    return nil, 'chunk: write 0 to chunks - 1'
  end
  local count = whole(args[7], 1, SUBMIT_MAX)
  if not count then return nil, 'jobs: write 1 to 64' end
  local at, before = 8, {}
  for i = 1, count do
    local job, next_at = read_job(args, at)
    if not job then return nil, 'jobs[' .. int(i - 1) .. '].' .. next_at end
    local problem = check_needs(ctx, job, before)
    if problem then return nil, 'jobs[' .. int(i - 1) .. '].' .. problem end
    before[job.id] = true
    request.jobs[i] = job
    at = next_at
  end
  if args[at] then return nil, 'jobs: more arguments than jobs' end
  return request
end

local function set_ttl(ctx, job, expiry)
  if expiry then
    call('ZADD', key(ctx, 'ttl'), int(expiry), job.id)
  else
    call('ZREM', key(ctx, 'ttl'), job.id)
  end
end

-- Edges to what is still to be done, and the need that has already failed, if one has.
local function open_needs(ctx, needs)
  local open, failed = {}, nil
  for _, need in ipairs(needs) do
    local parent = load_job(ctx, need)
    if parent.st ~= 'done' then
      open[#open + 1] = need
    elseif not succeeded(parent) then
      failed = failed or parent
    end
  end
  return open, failed
end

local function create_job(ctx, request, given)
  local job = {id = given.id, st = 'new', pool = given.pool}
  local waiter = {tenant = request.tenant, priority = request.priority, joined = ctx.now}
  local fields = {
    kind = given.kind, bid = given.bid, man = given.man, plat = given.plat, pool = given.pool,
    max = given.max, req = request.id, sub = int(ctx.now), w = format_waiters({waiter}),
  }
  if given.tp ~= '' then fields.tp = given.tp end
  if request.ttl > 0 then fields.ttl = '1' end
  set_fields(ctx, job, fields)
  call('SET', key(ctx, 'bid', given.bid), given.id)
  call('SADD', key(ctx, 'pools'), given.pool)
  if request.ttl > 0 then set_ttl(ctx, job, ctx.now + request.ttl) end
  count_live(ctx, request.tenant, 1)
  local open, failed = open_needs(ctx, given.needs)
  if failed then
    blame(ctx, job, failed)
  elseif #open > 0 then
    link(ctx, job, open)
    to_waiting(ctx, job, 'waiting')
  else
    to_ready(ctx, job)
  end
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
  for older = asked - 1, max(1, asked - REPEAT_DEPTH), -1 do
    local job = load_job(ctx, hex .. '.' .. int(older))
    if job and job.req == request.id then return job end
  end
  return nil
end

-- Whether it waits for what is being stopped, at whatever depth: it will be blamed, and is as good as
-- stopped itself. `known` holds what was found out in this call.
local function is_doomed(ctx, job, known)
  if job.can or job.eo then return true end
  if job.st == 'done' then return not succeeded(job) end -- who waits for it is blamed in batches
  if job.st ~= 'waiting' and job.st ~= 'parked' then return false end
  if known[job.id] == nil then
    known[job.id] = false
    for _, need in ipairs(call('SMEMBERS', key(ctx, 'need', job.id))) do
      local parent = load_job(ctx, need)
      if parent and is_doomed(ctx, parent, known) then known[job.id] = true end
    end
  end
  return known[job.id]
end

local function submit_job(ctx, request, given, known)
  local job = load_job(ctx, given.id)
  if not job then
    local earlier = given.kind ~= 'layer' and made_before(ctx, request, given)
    if earlier then return earlier.bid, 'queued', earlier.id end
    create_job(ctx, request, given)
    return given.bid, 'queued', ''
  end
  if job.req == request.id then return job.bid, 'queued', '' end -- the same request again
  if job.st == 'done' then return job.bid, 'done', '' end
  if is_doomed(ctx, job, known) then return job.bid, 'joined', '1' end
  join_job(ctx, request, job)
  extend_ttl(ctx, request, job)
  return job.bid, 'joined', ''
end

local function check_room(ctx, request)
  local builds, more = {}, 0
  for _, given in ipairs(request.jobs) do
    local job = load_job(ctx, given.id)
    if job and job.st ~= 'done' then
      local list = waiters_of(job)
      if #list >= MAX_WAITERS and not find_waiter(list, request.tenant) then
        return exhausted('job ' .. given.id .. ' has ' .. MAX_WAITERS .. ' waiting tenants already')
      end
      if not find_waiter(list, request.tenant) then more = more + 1 end
    elseif not job then
      local owner = call('GET', key(ctx, 'bid', given.bid))
      if (owner and owner ~= given.id) or (builds[given.bid] or given.id) ~= given.id then
        return invalid('build_id: ' .. given.bid .. ' is taken by another job; propose a new one')
      end
      builds[given.bid] = given.id
      more = more + 1
    end
  end
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
  local request, problem = read_request(ctx, args)
  if not request then return invalid(problem) end
  local refusal = check_room(ctx, request)
  if refusal then return refusal end
  local answer, known = {}, {}
  for _, given in ipairs(request.jobs) do
    local build, disposition, stopping = submit_job(ctx, request, given, known)
    answer[#answer + 1] = build
    answer[#answer + 1] = disposition
    answer[#answer + 1] = stopping
  end
  if request.chunks > 1 then
    local progress = key(ctx, 'req', request.id)
    call('HSET', progress, 'chunks', int(request.chunks), int(request.chunk), '1')
    call('PEXPIRE', progress, REQUEST_KEPT_MS)
  end
  return answer
end
