-- A job's HASH as a table, and its state. Absent fields are zero or "". A call reads a job once, and
-- writes what it changed of it once, at its end (accounts.lua): a command costs Redis more than all
-- that Lua does between two.

-- Flat reply to table.
local function pairs_to_table(flat)
  local map = {}
  for i = 1, #flat, 2 do map[flat[i]] = flat[i + 1] end
  return map
end

-- What only an active job has. It stays in the HASH when the job leaves that state, which saves a
-- command; nobody reads it there.
local HELD = {'ex', 'at', 'ls', 'chg'}

local function forget_holder(job)
  for _, name in ipairs(HELD) do job[name] = nil end
end

-- nil when there is no such job, or when what is there is not one. The same table throughout a call.
local function load_job(ctx, id)
  local job = ctx.jobs[id]
  if job ~= nil then return job or nil end
  ctx.jobs[id] = false
  local reply = redis.pcall('HGETALL', key(ctx, 'job', id))
  if reply.err or #reply == 0 then return nil end
  job = pairs_to_table(reply)
  if not job.st or not job.pool or not job.bid then return nil end
  job.id = id
  if job.st ~= 'active' then forget_holder(job) end
  if job.chg == '' then job.chg = nil end
  ctx.jobs[id] = job
  return job
end

-- What changed of it in this call: values, false for a field that goes.
local function changes_of(ctx, job)
  local changes = ctx.changes[job.id]
  if not changes then
    changes = {}
    ctx.changes[job.id] = changes
    ctx.jobs[job.id] = job
  end
  return changes
end

local function set_fields(ctx, job, fields)
  local changes = changes_of(ctx, job)
  for name, value in pairs(fields) do
    job[name] = value
    changes[name] = value
  end
end

local function drop_fields(ctx, job, names)
  local changes = changes_of(ctx, job)
  for _, name in ipairs(names) do
    job[name] = nil
    changes[name] = false
  end
end

local function write_jobs(ctx)
  for id, changes in pairs(ctx.changes) do
    local flat, gone = {}, {}
    for name, value in pairs(changes) do
      if value then
        flat[#flat + 1] = name
        flat[#flat + 1] = value
      else
        gone[#gone + 1] = name
      end
    end
    if #flat > 0 then call('HSET', key(ctx, 'job', id), unpack(flat)) end
    if #gone > 0 then call('HDEL', key(ctx, 'job', id), unpack(gone)) end
  end
end

-- The only place that changes a state: counters and events follow it. `fields` change with it.
local function move(ctx, job, state, fields)
  if job.st ~= 'new' and job.st ~= 'done' then count_state(ctx, job.pool, job.st, -1) end
  if state ~= 'done' then count_state(ctx, job.pool, state, 1) end
  fields = fields or {}
  fields.st = state
  set_fields(ctx, job, fields)
  announce(ctx, job)
end

-- The lease that `token` names, or nil and the error to answer. `tok` stays in the HASH after the
-- job left the active state, so that a repeated call recognises its own success.
local function held_job(ctx, id, token)
  if not is_job_id(id) then return nil, invalid('job_id: not a job ID') end
  if not whole(token, 1, 9007199254740991) then return nil, invalid('token: not a token') end
  local job = load_job(ctx, id)
  if not job then return nil, lost('job ' .. id .. ' is not known to the queue any more') end
  if job.tok ~= token then
    return nil, lost('the lease of job ' .. id .. ' was given to another executor')
  end
  return job
end

local function not_held(job)
  return lost('job ' .. job.id .. ' is ' .. job.st .. ', not held by this lease')
end
