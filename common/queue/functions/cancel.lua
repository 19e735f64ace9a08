-- cancel(build ID, tenant, "1" for all waiters): the tenant waits no longer; the job ends when its
-- last waiter has left. Answers cancelled, requested, shared or ended.

local CANCEL_DEPTH = 64

-- A job below that nobody else needs ends with the one that needed it.
local function cancel_unneeded(ctx, job, budget)
  local needs = call('SMEMBERS', key(ctx, 'need', job.id))
  call('DEL', key(ctx, 'need', job.id))
  for _, need in ipairs(needs) do
    local kids = key(ctx, 'kids', need)
    call('SREM', kids, job.id)
    local parent = load_job(ctx, need)
    if parent and budget.left > 0 and parent.st ~= 'done' and not parent.eo and not parent.can
        and call('EXISTS', kids) == 0 then
      budget.left = budget.left - 1
      if parent.st == 'active' then
        set_fields(ctx, parent, {can = '1'})
      else
        end_job(ctx, parent, 'cancelled', 'cancelled', CANCELLED, '')
        cancel_unneeded(ctx, parent, budget)
      end
    end
  end
end

local function cancel(keys, args)
  local ctx = enter(keys)
  local build, tenant, all = args[1], args[2], args[3] == '1'
  if not is_id(build) then return invalid('build_id: write a ULID') end
  if not all and not is_name(tenant) then return invalid('tenant: write a name') end
  local id = call('GET', key(ctx, 'bid', build))
  local job = id and load_job(ctx, id)
  if not job then return not_found('build ' .. build .. ' is not in the queue') end
  if job.st == 'done' then return 'ended' end
  if job.eo then return job.eo == 'cancelled' and 'cancelled' or 'ended' end
  local list = waiters_of(job)
  local _, position = find_waiter(list, tenant)
  local others = not all and #list - (position and 1 or 0) > 0
  if others then
    if position then
      local was_ready = job.st == 'ready'
      if was_ready then leave_ready(ctx, job) end
      table.remove(list, position)
      count_live(ctx, tenant, -1)
      set_fields(ctx, job, {w = format_waiters(list)})
      if was_ready then stand_in_ready(ctx, job) end
    end
    return 'shared'
  end
  if job.st == 'active' then
    set_fields(ctx, job, {can = '1'})
    return 'requested'
  end
  end_job(ctx, job, 'cancelled', 'cancelled', CANCELLED, '')
  cancel_unneeded(ctx, job, {left = CANCEL_DEPTH})
  return 'cancelled'
end
