-- Who waits for a job: the field `w`, "tenant:priority:joined_ms" joined by ';'. It lies in the
-- job's own HASH and not in a key apart, which would cost 200 bytes a queued job.

local MAX_WAITERS = 256
-- A step of priority is worth ten minutes of waiting, so that a low priority ages into its turn.
local PRIORITY_MS = 600000

local function waiters_of(job)
  local list = {}
  for tenant, priority, joined in (job.w or ''):gmatch('([^:;]+):(-?%d+):(%d+)') do
    list[#list + 1] = {
      tenant = tenant, priority = tonumber(priority), joined = tonumber(joined),
    }
  end
  return list
end

local function format_waiters(list)
  local parts = {}
  for i, waiter in ipairs(list) do
    parts[i] = waiter.tenant .. ':' .. int(waiter.priority) .. ':' .. int(waiter.joined)
  end
  return table.concat(parts, ';')
end

local function find_waiter(list, tenant)
  for i, waiter in ipairs(list) do
    if waiter.tenant == tenant then return waiter, i end
  end
  return nil
end

-- Lower comes first.
local function ready_score(waiter)
  return waiter.joined - waiter.priority * PRIORITY_MS
end

local function best_priority(list)
  local best = nil
  for _, waiter in ipairs(list) do
    if not best or waiter.priority > best then best = waiter.priority end
  end
  return best or 0
end
