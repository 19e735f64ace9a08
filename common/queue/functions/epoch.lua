-- The lineage of the queue's data. A server that takes the queue over (restarted, promoted, emptied)
-- opens an epoch at its first write and notes the number that it goes on from. A write that was
-- acknowledged as number N of epoch E is gone when the epoch after E began below N: Redis came back
-- from an older state. `meta` keeps epoch, number and lineage, "epoch:number it began at;…".

local EPOCHS_KEPT = 32

-- Per factory, the epoch that this process of Redis has opened or recognised. It lives as long as
-- the process or the loaded library, and is not part of the data: that is what tells them apart.
local recognised = {}

-- A new one means a restart or a failover; "" where the account may not ask.
local function server_run()
  local info = redis.pcall('INFO', 'server')
  if type(info) == 'table' and info.err then return '' end
  return tostring(info):match('run_id:(%x+)') or ''
end

local function extend_lineage(lineage, epoch, number)
  local parts = {}
  for part in lineage:gmatch('[^;]+') do parts[#parts + 1] = part end
  parts[#parts + 1] = epoch .. ':' .. number
  return table.concat(parts, ';', max(1, #parts - EPOCHS_KEPT + 1))
end

-- Nobody could renew a lease in time: nothing is reaped for one lease.
local function open_epoch(ctx)
  local meta = key(ctx, 'meta')
  local known = call('HMGET', meta, 'epoch', 'pulse')
  local epoch = known[1]
  ctx.epoch, ctx.pulse = epoch, known[2]
  if epoch and recognised[ctx.prefix] == epoch then return end
  local run = server_run()
  local fields = call('HMGET', meta, 'run', 'seq', 'lineage', 'lease')
  if not epoch or (run ~= '' and run ~= fields[1]) then
    if epoch then
      call('HSET', meta, 'grace', int(ctx.now + (tonumber(fields[4] or '30000') or 30000)))
    end
    epoch = int(ctx.micros)
    call('HSET', meta, 'epoch', epoch, 'run', run, 'lineage',
               extend_lineage(fields[3] or '', epoch, fields[2] or '0'))
  end
  recognised[ctx.prefix] = epoch
  ctx.epoch = epoch
end

-- Of what is acknowledged now: epoch and number.
local function stamp(ctx, acknowledged)
  local meta = key(ctx, 'meta')
  if acknowledged then return ctx.epoch, int(call('HINCRBY', meta, 'seq', 1)) end
  local fields = call('HMGET', meta, 'epoch', 'seq')
  return fields[1] or '', fields[2] or '0'
end

-- lineage(): of the data that is there.
local function lineage(keys)
  return call('HGET', key(enter(keys), 'meta'), 'lineage') or ''
end

-- rolled_back(epoch, writes lost): told by each client that remembers more than there is; counted
-- once an epoch. "" means one that nobody has opened yet.
local function rolled_back(keys, args)
  local ctx = enter(keys)
  local missing = whole(args[2], 1, 9007199254740991)
  if not missing then return invalid('lost: write 1 or more') end
  local meta = key(ctx, 'meta')
  local fields = call('HMGET', meta, 'epoch', 'back_epoch', 'back_lost')
  local epoch = fields[1]
  if args[1] ~= '' and args[1] ~= epoch then return 'OK' end
  if fields[2] ~= epoch then
    call('HINCRBY', meta, 'rollbacks', 1)
    call('HSET', meta, 'back_epoch', epoch, 'back', int(ctx.now), 'back_lost', int(missing))
  elseif missing > (tonumber(fields[3]) or 0) then
    call('HSET', meta, 'back_lost', int(missing))
  end
  return 'OK'
end
