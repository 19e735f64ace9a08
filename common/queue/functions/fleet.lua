-- Executors: who is there, what they hold, who should drain.

-- heartbeat(id, lease_ms, n fields, name, value…, n leases, job, token…): registers the executor and
-- renews its leases. Answers drain, then one of OK, LOST, CANCEL a lease.
local function read_pairs(args, at, most)
  local count = whole(args[at], 0, most)
  if not count then return nil end
  local flat = {}
  for i = 1, 2 * count do
    flat[i] = args[at + i]
    if not flat[i] or #flat[i] > 1024 then return nil end
  end
  return flat, at + 2 * count + 1
end

local function renew(ctx, id, token, lease)
  local job = is_job_id(id) and load_job(ctx, id) or nil
  if not job or job.st ~= 'active' or job.tok ~= token then return 'LOST' end
  call('ZADD', key(ctx, 'lease'), int(ctx.now + lease), id)
  return job.can and 'CANCEL' or 'OK'
end

-- Two executors with one identity would fight over drains and slots: the one that started last keeps
-- the name, the other is told.
local function superseded(ctx, id, executor, lease)
  local known = call('HMGET', key(ctx, 'ex', id), 'started', 'hb', 'host')
  local started, heard = tonumber(known[1] or '0') or 0, tonumber(known[2] or '0') or 0
  if started <= (tonumber(executor.started) or 0) or ctx.now - heard > 3 * lease then return nil end
  return redis.error_reply('LIFSUPERSEDED another executor named ' .. id ..
                           ' registered later, on host ' .. (known[3] or '?') ..
                           '; give each its own --executor-id')
end

local function heartbeat(keys, args)
  local ctx = enter(keys)
  local id, lease = args[1], whole(args[2], 100, 3600000)
  if not is_id(id) then return invalid('executor_id: write an ID') end
  if not lease then return invalid('lease: write 100 ms to an hour') end
  local fields, at = read_pairs(args, 3, 32)
  if not fields then return invalid('executor: too large') end
  local leases = read_pairs(args, at, 1000)
  if not leases then return invalid('leases: at most 1000') end
  local executor = pairs_to_table(fields)
  if not is_name(executor.pool) then return invalid('pool: write a name') end
  local other = superseded(ctx, id, executor, lease)
  if other then return other end
  fields[#fields + 1] = 'hb'
  fields[#fields + 1] = int(ctx.now)
  fields[#fields + 1] = 'lease'
  fields[#fields + 1] = int(lease)
  call('HSET', key(ctx, 'ex', id), unpack(fields))
  call('ZADD', key(ctx, 'exs'), int(ctx.now), id)
  call('SADD', key(ctx, 'pools'), executor.pool)
  call('HSET', key(ctx, 'meta'), 'lease', int(lease))
  local answer = {call('HGET', key(ctx, 'ex', id), 'drain') or '0'}
  for i = 1, #leases, 2 do answer[#answer + 1] = renew(ctx, leases[i], leases[i + 1], lease) end
  return answer
end

local function drain(keys, args)
  local ctx = enter(keys)
  local id = args[1]
  if not is_id(id) or call('EXISTS', key(ctx, 'ex', id)) == 0 then
    return not_found('executor ' .. tostring(id) .. ' is not registered')
  end
  call('HSET', key(ctx, 'ex', id), 'drain', args[2] == '0' and '0' or '1')
  return 'OK'
end

local function unregister(keys, args)
  local ctx = enter(keys)
  if not is_id(args[1]) then return invalid('executor_id: write an ID') end
  call('DEL', key(ctx, 'ex', args[1]))
  call('ZREM', key(ctx, 'exs'), args[1])
  return 'OK'
end

-- executors(): at most 1000, each a flat map.
local ALIVE_LEASES = 3

local function executors(keys, args)
  local ctx = enter(keys)
  local answer = {}
  for _, id in ipairs(call('ZREVRANGE', key(ctx, 'exs'), 0, 999)) do
    local flat = call('HGETALL', key(ctx, 'ex', id))
    local map = pairs_to_table(flat)
    local silent = ctx.now - tonumber(map.hb or '0')
    local alive = silent <= ALIVE_LEASES * tonumber(map.lease or '30000')
    flat[#flat + 1] = 'id'
    flat[#flat + 1] = id
    flat[#flat + 1] = 'alive'
    flat[#flat + 1] = alive and '1' or '0'
    answer[#answer + 1] = flat
  end
  return answer
end

-- pools(): each a flat map; `oldest` is the submit time of the oldest job at a tenant's front.
local POOL_TENANTS = 100

local function oldest_ready(ctx, pool)
  local oldest = nil
  for _, tenant in ipairs(call('ZRANGE', key(ctx, 'ten', pool), 0, POOL_TENANTS - 1)) do
    local id = call('ZRANGE', key(ctx, 'rdy', pool, tenant), 0, 0)[1]
    local submitted = id and tonumber(call('HGET', key(ctx, 'job', id), 'sub') or nil)
    if submitted and (not oldest or submitted < oldest) then oldest = submitted end
  end
  return oldest or 0
end

local function pools(keys, args)
  local ctx = enter(keys)
  local answer = {}
  for _, pool in ipairs(call('SMEMBERS', key(ctx, 'pools'))) do
    local flat = call('HGETALL', key(ctx, 'cnt', pool))
    for _, value in ipairs({'pool', pool, 'oldest', int(oldest_ready(ctx, pool)),
                            'now', int(ctx.now)}) do
      flat[#flat + 1] = value
    end
    answer[#answer + 1] = flat
  end
  return answer
end
