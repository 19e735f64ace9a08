-- claim(executor, pool, nonce, lease_ms): the next job of the pool, or of any pool's jobs that ended
-- without an executor and want a record. Answers a flat map, empty when there is nothing to do.
-- `nonce:<nonce>` remembers the answer for one lease, for a client that lost the reply.

local CLAIM_RELEASES = 20
-- Entries of ready sets that hold no ready job: none unless someone wrote to Redis by hand.
local CLAIM_STRAYS = 16

local function answer_claim(ctx, job, expiry)
  return {
    'id', job.id, 'kind', job.kind, 'bid', job.bid, 'man', job.man, 'plat', job.plat,
    'pool', job.pool, 'max', job.max, 'tp', job.tp or '', 'tok', job.tok,
    'att', job.att or '0', 'cr', job.cr or '0', 'chg', job.chg or '', 'exp',
    expiry or call('ZSCORE', key(ctx, 'lease'), job.id), 'sub', job.sub, 'eo', job.eo or '',
    'ec', job.ec or '', 'em', job.em or '', 'eb', job.eb or '', 'now', int(ctx.now),
  }
end

local function replay(ctx, nonce)
  local remembered = call('GET', key(ctx, 'nonce', nonce))
  if not remembered then return nil end
  local id, token = remembered:match('^(%S+) (%d+)$')
  local job = load_job(ctx, id)
  if job and job.st == 'active' and job.tok == token then return answer_claim(ctx, job) end
  return {}
end

-- Whether the entry was broken, and is a dead letter now.
local function repair_or_bury(ctx, job)
  local problem = repair(ctx, job)
  if problem then bury_job(ctx, job, problem) end
  return problem ~= nil
end

local function next_ending(ctx)
  for _ = 1, CLAIM_STRAYS do
    local id = call('ZRANGEBYSCORE', key(ctx, 'blamed'), '-inf', int(ctx.now),
                          'LIMIT', 0, 1)[1]
    if not id then return nil end
    local job = is_job_id(id) and load_job(ctx, id)
    local sound = job and job.st == 'ending'
    if sound and not repair_or_bury(ctx, job) then return job end
    if not sound then call('ZREM', key(ctx, 'blamed'), id) end
  end
  return nil
end

local STATES = {
  waiting = true, ready = true, delayed = true, active = true, parked = true, ending = true,
  done = true,
}

-- A job that stands in a ready set and does not look ready. In another sound state, or in the ready
-- set that its own fields name, it only strayed here. Otherwise one of these fields is broken, and
-- this place tells what it must have been.
local function bury_misplaced(ctx, job, pool, tenant)
  if STATES[job.st] and job.st ~= 'ready' then return end
  for _, waiter in ipairs(waiters_of(job)) do
    local home = key(ctx, 'rdy', job.pool, waiter.tenant)
    local strayed = job.pool ~= pool or waiter.tenant ~= tenant
    if job.st == 'ready' and strayed and call('ZSCORE', home, job.id) then return end
  end
  local field = not STATES[job.st] and 'st' or job.pool ~= pool and 'pool' or 'w'
  local problem = corrupt(field, job[field])
  set_fields(ctx, job, {st = 'ready', pool = pool, w = tenant .. ':0:' .. int(ctx.now)})
  repair(ctx, job)
  bury_job(ctx, job, problem)
end

-- Answers the job, its tenant, whether that tenant is alone, and whether others stand behind the job.
local function next_ready(ctx, pool)
  for _ = 1, CLAIM_STRAYS do
    local tenant, alone = next_tenant(ctx, pool)
    if not tenant then return nil end
    local ready = key(ctx, 'rdy', pool, tenant)
    local front = call('ZRANGE', ready, 0, 1)
    local id = front[1]
    if not id then
      call('ZREM', key(ctx, 'ten', pool), tenant)
    else
      local job = is_job_id(id) and load_job(ctx, id)
      local sound = job and job.st == 'ready' and job.pool == pool and
                    find_waiter(waiters_of(job), tenant)
      if sound and not repair_or_bury(ctx, job) then return job, tenant, alone, #front == 2 end
      if not sound then
        if job then bury_misplaced(ctx, job, pool, tenant) end
        call('ZREM', ready, id)
      end
    end
  end
  return nil
end

-- active <=> leased <=> token. Answers when the lease ends.
local function to_active(ctx, job, request, tenant, alone, crowded)
  -- Before anybody ticked, so that the first tick sees a clock that jumped since.
  if not ctx.pulse then call('HSET', key(ctx, 'meta'), 'pulse', int(ctx.now)) end
  if tenant then charge(ctx, job.pool, tenant, alone) end
  leave_index(ctx, job, crowded and tenant)
  drop_ttl(ctx, job)
  local token = request.token or int(max(tonumber(job.tok or '0') + 1, ctx.micros))
  local fields = {
    tok = token, ex = request.executor, at = int(ctx.now), ls = int(request.lease),
    chg = tenant or '',
  }
  if not job.start then fields.start = int(ctx.now) end
  local expiry = int(ctx.now + request.lease)
  call('ZADD', key(ctx, 'lease'), expiry, job.id)
  move(ctx, job, 'active', fields)
  job.chg = tenant
  if request.nonce then
    call('SET', key(ctx, 'nonce', request.nonce), job.id .. ' ' .. token,
               'PX', int(request.lease))
  end
  return expiry
end

-- From args[at] on, as claim has them.
local function read_claim(args, at)
  local request = {
    executor = args[at], pool = args[at + 1], nonce = args[at + 2],
    lease = whole(args[at + 3], 100, 3600000),
  }
  if not is_id(request.executor) then return nil, invalid('executor_id: write an ID') end
  if not is_name(request.pool) then return nil, invalid('pool: write a name') end
  if not is_id(request.nonce) then return nil, invalid('nonce: write a ULID') end
  if not request.lease then return nil, invalid('lease: write 100 ms to an hour') end
  return request
end

local function claim_next(ctx, request)
  if call('HGET', key(ctx, 'ex', request.executor), 'drain') == '1' then return {} end
  local job, tenant, alone, crowded
  if call('EXISTS', key(ctx, 'release'), key(ctx, 'blamed')) > 0 then
    release_some(ctx, CLAIM_RELEASES)
    job = next_ending(ctx)
  end
  if not job then job, tenant, alone, crowded = next_ready(ctx, request.pool) end
  if not job then return {} end
  return answer_claim(ctx, job, to_active(ctx, job, request, tenant, alone, crowded))
end

local function claim(keys, args)
  local ctx = enter(keys)
  local request, problem = read_claim(args, 1)
  if not request then return problem end
  return replay(ctx, request.nonce) or claim_next(ctx, request)
end
