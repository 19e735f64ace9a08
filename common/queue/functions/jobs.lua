-- A job's HASH as a table, its state, and the counters of its pool. Absent fields are zero or "".

-- Flat reply to table.
local function pairs_to_table(flat)
  local map = {}
  for i = 1, #flat, 2 do map[flat[i]] = flat[i + 1] end
  return map
end

-- nil when there is no such job, or when what is there is not one.
local function load_job(ctx, id)
  local reply = redis.pcall('HGETALL', key(ctx, 'job', id))
  if reply.err or #reply == 0 then return nil end
  local job = pairs_to_table(reply)
  if not job.st or not job.pool or not job.bid then return nil end
  job.id = id
  return job
end

local function set_fields(ctx, job, fields)
  local flat = {}
  for name, value in pairs(fields) do
    job[name] = value
    flat[#flat + 1] = name
    flat[#flat + 1] = value
  end
  redis.call('HSET', key(ctx, 'job', job.id), unpack(flat))
end

local function drop_fields(ctx, job, names)
  redis.call('HDEL', key(ctx, 'job', job.id), unpack(names))
  for _, name in ipairs(names) do job[name] = nil end
end

local EVENTS_KEPT = 10000

local function announce(ctx, job)
  redis.call('XADD', key(ctx, 'ev'), 'MAXLEN', '~', EVENTS_KEPT, '*',
             'b', job.bid, 's', job.st, 'o', job.out or '')
end

-- The only place that changes a state: counters and events follow it. `fields` change with it.
local function move(ctx, job, state, fields)
  local counters = key(ctx, 'cnt', job.pool)
  if job.st ~= 'new' and job.st ~= 'done' then redis.call('HINCRBY', counters, job.st, -1) end
  if state ~= 'done' then redis.call('HINCRBY', counters, state, 1) end
  fields = fields or {}
  fields.st = state
  set_fields(ctx, job, fields)
  announce(ctx, job)
end

-- A hint for one sleeping executor of the pool. Bounded: nobody may be listening.
local BELL_LENGTH = 64

local function ring(ctx, pool)
  local bell = key(ctx, 'bell', pool)
  if redis.call('LLEN', bell) < BELL_LENGTH then redis.call('RPUSH', bell, '1') end
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
