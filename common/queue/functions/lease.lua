-- What the holder of a lease may do. Each call names its token, and answers the same when repeated.

-- The job that a complete is for, or nil and what to answer: whose end is known is not ended again.
local function read_complete(ctx, args)
  if not OUTCOMES[args[3]] then return nil, invalid('outcome: not one of a record') end
  local job, problem = held_job(ctx, args[1], args[2])
  if not job then return nil, problem end
  if job.st ~= 'active' and job.st ~= 'done' then return nil, not_held(job) end
  return job
end

-- complete(id, token, outcome): the record is committed.
local function complete(keys, args)
  local ctx = enter(keys)
  local job, problem = read_complete(ctx, args)
  if not job then return problem end
  if job.st == 'active' then finish(ctx, job, args[3]) end
  return 'OK'
end

-- complete_and_claim(id, token, outcome, executor, pool, nonce, lease_ms): completes, and answers as a
-- claim does.
local function complete_and_claim(keys, args)
  local ctx = enter(keys)
  local request, refusal = read_claim(args, 4)
  if not request then return refusal end
  local job, problem = read_complete(ctx, args)
  if not job then return problem end
  local replayed = replay(ctx, request.nonce)
  if job.st == 'active' then finish(ctx, job, args[3]) else replayed = replayed or {} end
  return replayed or claim_next(ctx, request)
end

-- fail(id, token, class, message, retryable, initial_ms, max_ms, jitter in 0…1000): answers the time
-- of the retry, or "0": the attempts are used up, and the caller, which still holds the lease,
-- writes the record and completes.
local function fail(keys, args)
  local ctx = enter(keys)
  local initial, longest = whole(args[6], 1, 86400000), whole(args[7], 1, 86400000)
  local jitter = whole(args[8], 0, 1000)
  if not initial or not longest or not jitter then return invalid('backoff: out of range') end
  if not args[4] or #args[4] > 2048 then return invalid('message: at most 2048 bytes') end
  local job, problem = held_job(ctx, args[1], args[2])
  if not job then return problem end
  if job.st == 'delayed' then return job.nb end
  if job.st ~= 'active' then return not_held(job) end
  local failed = tonumber(job.att or '0') + 1
  set_fields(ctx, job, {err = args[4], cls = args[3]})
  local retry = args[5] == '1' and failed < tonumber(job.max) and not job.can and not job.eo
  if not retry then return '0' end
  local delay = min(longest, initial * 2 ^ min(failed - 1, 40))
  local at = ctx.now + floor(delay * (500 + jitter / 2) / 1000)
  set_fields(ctx, job, {att = int(failed)})
  to_delayed(ctx, job, at)
  return int(at)
end

-- bury(id, token, reason): a dead letter without a record.
local function bury(keys, args)
  local ctx = enter(keys)
  if not args[3] or #args[3] < 1 or #args[3] > 2048 then
    return invalid('reason: 1 to 2048 bytes')
  end
  local job, problem = held_job(ctx, args[1], args[2])
  if not job then return problem end
  if job.st == 'done' then return 'OK' end
  if job.st ~= 'active' then return not_held(job) end
  bury_job(ctx, job, args[3])
  return 'OK'
end

-- requeue(id, token): handed back unharmed; the attempt is not counted.
local function requeue(keys, args)
  local ctx = enter(keys)
  local job, problem = held_job(ctx, args[1], args[2])
  if not job then return problem end
  if job.st == 'ready' or job.st == 'ending' then return 'OK' end
  if job.st ~= 'active' then return not_held(job) end
  back_to_work(ctx, job)
  return 'OK'
end

-- park(id, token, n, needs…): found while running that it needs other jobs first.
local MAX_PARKS = 20

local function park(keys, args)
  local ctx = enter(keys)
  local count = whole(args[3], 1, MAX_NEEDS)
  if not count then return invalid('needs: write 1 to 64') end
  local needs = {}
  for i = 1, count do
    needs[i] = args[3 + i]
    if not is_job_id(needs[i]) or needs[i] == args[1] or not load_job(ctx, needs[i]) then
      return invalid('needs: job ' .. tostring(needs[i]) .. ' is not known; submit it first')
    end
  end
  local job, problem = held_job(ctx, args[1], args[2])
  if not job then return problem end
  if job.st == 'parked' then return 'OK' end
  if job.st ~= 'active' then return not_held(job) end
  local parks = tonumber(job.parks or '0') + 1
  if parks > MAX_PARKS then return exhausted('job ' .. job.id .. ' was parked too often') end
  if job.can or job.eo then
    back_to_work(ctx, job)
    return 'OK'
  end
  set_fields(ctx, job, {parks = int(parks)})
  local open, failed = open_needs(ctx, needs)
  if failed then
    blame(ctx, job, failed)
  elseif #open > 0 then
    link(ctx, job, open)
    to_waiting(ctx, job, 'parked')
  else
    to_ready(ctx, job)
  end
  return 'OK'
end

-- adopt(executor, id, token, lease_ms): an executor that holds a result whose lease ran out, after a
-- restart or a long absence, takes the job back while no other has claimed it since. Answers as a
-- claim does. The loss is not counted as a crash.
local function adopt(keys, args)
  local ctx = enter(keys)
  local request = {executor = args[1], lease = whole(args[4], 100, 3600000)}
  if not is_id(request.executor) then return invalid('executor_id: write an ID') end
  if not request.lease then return invalid('lease: write 100 ms to an hour') end
  local job, problem = held_job(ctx, args[2], args[3])
  if not job then return problem end
  if job.st == 'active' then
    call('ZADD', key(ctx, 'lease'), int(ctx.now + request.lease), job.id)
    return answer_claim(ctx, job)
  end
  if job.st ~= 'ready' or job.can then return not_held(job) end
  local crashes = tonumber(job.cr or '0')
  if crashes > 0 then set_fields(ctx, job, {cr = int(crashes - 1)}) end
  local list = waiters_of(job)
  to_active(ctx, job, request, list[1] and list[1].tenant)
  return answer_claim(ctx, job)
end

-- progress(id, token, stage, step, steps, step name, cached, steps cached, log bytes)
local function progress(keys, args)
  local ctx = enter(keys)
  local job, problem = held_job(ctx, args[1], args[2])
  if not job then return problem end
  if job.st ~= 'active' then return not_held(job) end
  if not args[3] or #args[3] > 256 or not args[6] or #args[6] > 256 then
    return invalid('progress: texts of at most 256 bytes')
  end
  if not job.prog then set_fields(ctx, job, {prog = '1'}) end
  call('HSET', key(ctx, 'prog', job.id), 'stage', args[3], 'step', args[4], 'steps', args[5],
             'name', args[6], 'cached', args[7], 'ncached', args[8], 'log', args[9])
  return 'OK'
end
