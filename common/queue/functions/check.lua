-- The queue's invariants, looked at piece by piece on a live factory. Each call sees one moment, so
-- what it reports is wrong and not merely under way. Violations are triples: invariant, job ID,
-- detail.
do

local CHECK_BATCH = 50

local function report(found, invariant, id, detail)
  found[#found + 1] = invariant
  found[#found + 1] = id
  found[#found + 1] = detail
end

local STATE_INDEX = {
  waiting = 'wait', parked = 'wait', delayed = 'delay', active = 'lease', ending = 'blamed',
  done = 'done',
}

local function check_membership(ctx, job, found)
  for _, index in ipairs({'wait', 'delay', 'lease', 'blamed', 'done'}) do
    local inside = call('ZSCORE', key(ctx, index), job.id)
    local expected = STATE_INDEX[job.st] == index
    if expected and index == 'done' and call('ZSCORE', key(ctx, 'dead'), job.id) then
      inside = true
    end
    if expected and not inside then
      report(found, 'indexed-by-state', job.id, job.st .. ', and not in ' .. index)
    elseif inside and not expected then
      report(found, 'indexed-once', job.id, job.st .. ', and in ' .. index .. ' too')
    end
  end
  for _, waiter in ipairs(waiters_of(job)) do
    local inside = call('ZSCORE', key(ctx, 'rdy', job.pool, waiter.tenant), job.id)
    if (job.st == 'ready') ~= (inside and true or false) then
      report(found, 'ready-set', job.id, job.st .. (inside and ', and' or ', and not') ..
             ' in the ready set of ' .. waiter.tenant)
    end
  end
end

local function check_edges(ctx, job, found)
  local needs = call('SMEMBERS', key(ctx, 'need', job.id))
  local waits = job.st == 'waiting' or job.st == 'parked'
  if waits and #needs == 0 then report(found, 'waits-for-something', job.id, 'no need is open') end
  if not waits then return end
  for _, need in ipairs(needs) do
    if call('EXISTS', key(ctx, 'job', need)) == 0 then
      report(found, 'need-exists', job.id, 'needs ' .. need .. ', which is gone')
    elseif call('SISMEMBER', key(ctx, 'kids', need), job.id) == 0 then
      report(found, 'edge-both-ways', job.id, need .. ' does not know that it is needed')
    end
  end
end

local function check_job(ctx, id, found)
  local job = load_job(ctx, id)
  if not job then
    report(found, 'readable', id, 'no state, pool or build ID')
    return
  end
  if not STATE_INDEX[job.st] and job.st ~= 'ready' then
    report(found, 'state-known', id, job.st)
    return
  end
  check_membership(ctx, job, found)
  check_edges(ctx, job, found)
  if job.st == 'active' and not (job.tok and job.ex and job.at) then
    report(found, 'active-has-token', id, 'no token, executor or claim time')
  end
  if job.st == 'done' and not OUTCOMES[job.out] then report(found, 'done-has-outcome', id, '') end
  if job.st == 'ending' and not job.eo then report(found, 'ending-has-reason', id, '') end
  if job.st ~= 'done' and #waiters_of(job) == 0 then report(found, 'someone-waits', id, job.st) end
  if call('GET', key(ctx, 'bid', job.bid)) ~= id then
    report(found, 'build-id-leads-here', id, job.bid)
  end
end

-- check_jobs(cursor): next cursor, jobs looked at, violations…
function calls.check_jobs(keys, args)
  local ctx = enter(keys)
  local start = #key(ctx, 'job', '') + 1
  local page = call('SCAN', args[1], 'MATCH', key(ctx, 'job', '*'), 'COUNT', CHECK_BATCH * 4)
  local found = {}
  for _, name in ipairs(page[2]) do check_job(ctx, name:sub(start), found) end
  return {page[1], int(#page[2]), unpack(found, 1, min(#found, 3000))}
end

-- check_ready(cursor): ready sets; next cursor, sets, violations…
function calls.check_ready(keys, args)
  local ctx = enter(keys)
  local found = {}
  local page = call('SCAN', args[1], 'MATCH', key(ctx, 'rdy', '*'), 'COUNT', CHECK_BATCH * 4)
  for _, name in ipairs(page[2]) do
    local pool, tenant = name:sub(#key(ctx, 'rdy', '') + 1):match('^([^:]+):([^:]+)$')
    for _, id in ipairs(call('ZRANGE', name, 0, CHECK_BATCH - 1)) do
      local job = load_job(ctx, id)
      if not job or job.st ~= 'ready' or job.pool ~= pool then
        report(found, 'ready-set', id, 'in ' .. name .. ' but ' .. (job and job.st or 'gone'))
      end
    end
    if may_run(tenant_of(ctx, tenant)) and not call('ZSCORE', key(ctx, 'ten', pool), tenant) then
      report(found, 'tenant-in-turn', '', tenant .. ' has ready work in ' .. pool .. ' but no turn')
    end
  end
  return {page[1], int(#page[2]), unpack(found, 1, min(#found, 3000))}
end

-- check_index(index, from): members from a rank on; next rank or "0", members, violations…
function calls.check_index(keys, args)
  local ctx = enter(keys)
  local from = whole(args[2], 0, 1e12)
  if not from then return invalid('from: write 0 or more') end
  local found = {}
  local ids = call('ZRANGE', key(ctx, args[1]), int(from), int(from + 2 * CHECK_BATCH - 1))
  for _, id in ipairs(ids) do
    local state = call('HGET', key(ctx, 'job', id), 'st')
    if not state or STATE_INDEX[state] ~= args[1] then
      report(found, 'indexed-by-state', id, 'in ' .. args[1] .. ' but ' .. (state or 'gone'))
    end
  end
  local next_rank = #ids < 2 * CHECK_BATCH and 0 or from + #ids
  return {int(next_rank), int(#ids), unpack(found)}
end

-- check_counters(): the pools' counters against the indexes. Same shape.
function calls.check_counters(keys, args)
  local ctx = enter(keys)
  local sums = {waiting = 0, delayed = 0, active = 0, ending = 0}
  for _, pool in ipairs(call('SMEMBERS', key(ctx, 'pools'))) do
    local counts = pairs_to_table(call('HGETALL', key(ctx, 'cnt', pool)))
    sums.waiting = sums.waiting + tonumber(counts.waiting or '0') + tonumber(counts.parked or '0')
    for _, state in ipairs({'delayed', 'active', 'ending'}) do
      sums[state] = sums[state] + tonumber(counts[state] or '0')
    end
  end
  local found = {}
  for state, sum in pairs(sums) do
    local size = call('ZCARD', key(ctx, STATE_INDEX[state]))
    if sum ~= size then
      report(found, 'counters', '', int(sum) .. ' jobs counted as ' .. state .. ', ' .. int(size) ..
             ' in ' .. STATE_INDEX[state])
    end
  end
  return {'0', '0', unpack(found)}
end

end
