-- Names carry the version, so that two versions live side by side in a rolling upgrade: what a
-- function takes and answers stays as it is within one.
-- Each answers epoch, number, and what it is asked for (epoch.lua).
-- allow-oom: what frees memory or keeps work alive must pass when Redis is full.

local function stamped(callback, writes, acknowledges)
  return function(keys, args)
    if not call then
      call, format, ipairs, pairs, tonumber, tostring, unpack, type, next, max, min, floor = of_redis()
    end
    entered = nil -- a call that failed may have left its own
    local ctx = enter(keys)
    entered = ctx
    if writes then open_epoch(ctx) end
    -- What was gathered is written even when a broken key ends the call: the rest of it is written.
    local sound, answer = pcall(callback, keys, args)
    if writes then
      write_jobs(ctx)
      write_accounts(ctx)
    end
    entered = nil
    if not sound then error(answer, 0) end
    if type(answer) == 'table' and answer.err then return answer end
    -- An empty answer of a call that changed no job promises nothing.
    local something = type(answer) ~= 'table' or #answer > 0 or next(ctx.changes) ~= nil
    local epoch, number = stamp(ctx, acknowledges and something)
    return {epoch, number, answer}
  end
end

local function register(name, callback, flags, acknowledges)
  local writes = true
  for i = 1, #flags do writes = writes and flags[i] ~= 'no-writes' end
  redis.register_function({
    function_name = PREFIX .. name, callback = stamped(callback, writes, acknowledges),
    flags = flags,
  })
end

-- What a client may rely on once it is answered.
local function acknowledged(name, callback, flags) register(name, callback, flags, true) end

acknowledged('submit', submit, {})
acknowledged('claim', claim, {'allow-oom'})
register('heartbeat', heartbeat, {'allow-oom'})
acknowledged('complete', complete, {'allow-oom'})
acknowledged('complete_and_claim', complete_and_claim, {'allow-oom'})
acknowledged('fail', fail, {'allow-oom'})
acknowledged('bury', bury, {'allow-oom'})
acknowledged('requeue', requeue, {'allow-oom'})
acknowledged('park', park, {'allow-oom'})
acknowledged('adopt', adopt, {'allow-oom'})
acknowledged('restore', restore, {'allow-oom'})
register('progress', progress, {'allow-oom'})
acknowledged('cancel', cancel, {'allow-oom'})
acknowledged('tick', calls.tick, {'allow-oom'})
acknowledged('drain', drain, {'allow-oom'})
register('unregister', unregister, {'allow-oom'})
register('executors', executors, {'no-writes'})
register('pools', pools, {'no-writes'})
register('builds', builds, {'no-writes'})
register('views', views, {'no-writes'})
register('depths', calls.depths, {'no-writes'})
register('list', list, {'no-writes'})
register('log_append', calls.log_append, {})
register('log_seal', calls.log_seal, {'allow-oom'})
register('log_read', calls.log_read, {'no-writes'})
acknowledged('drop_dead', calls.drop_dead, {'allow-oom'})
register('counts', calls.counts, {'no-writes'})
acknowledged('set_tenant', calls.set_tenant, {})
register('tenant', calls.tenant, {'no-writes'})
register('tenants', calls.tenants, {'no-writes'})
register('explain', calls.explain, {'no-writes'})
register('check_jobs', calls.check_jobs, {'no-writes'})
register('check_ready', calls.check_ready, {'no-writes'})
register('check_index', calls.check_index, {'no-writes'})
register('check_counters', calls.check_counters, {'no-writes'})
register('lineage', lineage, {'no-writes'})
register('rolled_back', rolled_back, {'allow-oom'})
redis.register_function({
  function_name = PREFIX .. 'revision', callback = function() return REVISION end,
  flags = {'no-writes'},
})
