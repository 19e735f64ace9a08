-- The arguments of a submit, checked.

-- Of a job that others wait for, as much as a submit asks; read once in a call. `found` keeps it.
local function find_need(ctx, found, id)
  local need = ctx.jobs[id]
  if need == nil then need = found.needs[id] end
  if need == nil then
    local reply = redis.pcall('HMGET', key(ctx, 'job', id), 'st', 'pool', 'bid', 'out', 'can', 'eo')
    need = not reply.err and reply[1] and reply[2] and reply[3] and {
      id = id, st = reply[1], out = reply[4] or nil, can = reply[5] or nil, eo = reply[6] or nil,
    }
    found.needs[id] = need
  end
  return need or nil
end

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
local function check_needs(ctx, found, job, before)
  for _, need in ipairs(job.needs) do
    if need == job.id then return 'needs: job ' .. job.id .. ' needs itself' end
    if not before[need] and not find_need(ctx, found, need) then
      return 'needs: job ' .. need .. ' is not known; submit it first, or in the same request'
    end
  end
  return nil
end

local function read_request(ctx, found, args)
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
    local problem = check_needs(ctx, found, job, before)
    if problem then return nil, 'jobs[' .. int(i - 1) .. '].' .. problem end
    before[job.id] = true
    request.jobs[i] = job
    at = next_at
  end
  if args[at] then return nil, 'jobs: more arguments than jobs' end
  return request
end
