-- Names carry the version, so that two versions live side by side in a rolling upgrade.
-- allow-oom: what frees memory or keeps work alive must pass when Redis is full.

local function register(name, callback, flags)
  redis.register_function({
    function_name = 'lif_v1_' .. name, callback = callback, flags = flags or {},
  })
end

register('submit', submit)
register('claim', claim, {'allow-oom'})
register('heartbeat', heartbeat, {'allow-oom'})
register('complete', complete, {'allow-oom'})
register('fail', fail, {'allow-oom'})
register('requeue', requeue, {'allow-oom'})
register('park', park, {'allow-oom'})
register('adopt', adopt, {'allow-oom'})
register('progress', progress, {'allow-oom'})
register('cancel', cancel, {'allow-oom'})
register('tick', tick, {'allow-oom'})
register('drain', drain, {'allow-oom'})
register('unregister', unregister, {'allow-oom'})
register('executors', executors, {'no-writes'})
register('pools', pools, {'no-writes'})
register('builds', builds, {'no-writes'})
register('views', views, {'no-writes'})
register('list', list, {'no-writes'})
register('log_append', log_append)
register('log_seal', log_seal, {'allow-oom'})
register('log_read', log_read, {'no-writes'})
register('drop_dead', drop_dead, {'allow-oom'})
register('set_tenant', set_tenant)
register('tenant', tenant_usage, {'no-writes'})
register('explain', explain, {'no-writes'})
register('check_jobs', check_jobs, {'no-writes'})
register('check_ready', check_ready, {'no-writes'})
register('check_index', check_index, {'no-writes'})
register('check_counters', check_counters, {'no-writes'})
register('revision', function() return REVISION end, {'no-writes'})
