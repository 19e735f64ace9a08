-- Edges between jobs: `need:<id>` holds what it waits for, `kids:<id>` who waits for it. When a
-- need is done its kids are released, or blamed, in batches: a call that completes a job with
-- 10,000 dependants would block Redis for 100 ms, so the rest is left to ticks and claims.

local RELEASE_BATCH = 100

-- Dependants go on only from a success.
local function succeeded(job)
  return job.st == 'done' and job.out == 'compatible'
end

local BLAME = {
  failed = {'failed', 'user'},
  incompatible = {'failed', 'user'},
  cancelled = {'cancelled', 'cancelled'},
  error = {'error', 'infrastructure'},
}

local function blame(ctx, kid, cause)
  local how = BLAME[cause.out] or BLAME.error
  local origin = (cause.eb and cause.eb ~= '') and cause.eb or cause.bid
  end_job(ctx, kid, how[1], how[2],
          'it needs build ' .. cause.bid .. ' (' .. cause.man .. '), which ended as ' .. cause.out,
          origin)
end

local function link(ctx, job, needs)
  for _, need in ipairs(needs) do
    call('SADD', key(ctx, 'need', job.id), need)
    call('SADD', key(ctx, 'kids', need), job.id)
  end
end

local function release_kid(ctx, kid_id, parent)
  local needs = key(ctx, 'need', kid_id)
  -- Already released, or ended by other means.
  if call('SREM', needs, parent.id) == 0 then return end
  local kid = load_job(ctx, kid_id)
  if not kid or (kid.st ~= 'waiting' and kid.st ~= 'parked') then return end
  if not succeeded(parent) then
    call('DEL', needs)
    blame(ctx, kid, parent)
  elseif call('SCARD', needs) == 0 then
    to_ready(ctx, kid)
  end
end

-- Releases at most `limit` kids of done jobs; answers how many.
local function release_some(ctx, limit)
  local released = 0
  while released < limit do
    local parent_id = call('ZRANGE', key(ctx, 'release'), 0, 0)[1]
    if not parent_id then return released end
    local kids = key(ctx, 'kids', parent_id)
    local parent = load_job(ctx, parent_id)
    local batch = parent and call('SPOP', kids, limit - released) or {}
    for _, kid_id in ipairs(batch) do release_kid(ctx, kid_id, parent) end
    released = released + max(1, #batch)
    if call('SCARD', kids) == 0 then call('ZREM', key(ctx, 'release'), parent_id) end
  end
  return released
end

local function start_release(ctx, job)
  if call('EXISTS', key(ctx, 'kids', job.id)) == 0 then return end
  call('ZADD', key(ctx, 'release'), int(ctx.now), job.id)
  release_some(ctx, RELEASE_BATCH)
end
