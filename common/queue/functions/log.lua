-- The tail of a build's log: a stream whose entry IDs are "<offset + 1>-0", so that an offset finds
-- its entry. What is older is sealed in blobs, listed in `sealed:<build ID>`. Both expire, should
-- nobody complete the build.
do

local TAIL_MAX = 8 * 1024 * 1024
local APPEND_MAX = 256 * 1024
local READ_MAX = 1024 * 1024
local LOG_KEPT_MS = 86400000
local SEALED_MAX = 4096

local function log_entry(entry)
  local offset = tonumber(entry[1]:match('^(%d+)')) - 1
  return offset, entry[2][2]
end

local function sealed_end(ctx, build)
  local last = call('LINDEX', key(ctx, 'sealed', build), -1)
  if not last then return 0 end
  local offset, size = last:match('^(%d+) (%d+) ')
  return tonumber(offset) + tonumber(size)
end

local function log_end(ctx, build)
  local last = call('XREVRANGE', key(ctx, 'log', build), '+', '-', 'COUNT', 1)[1]
  if not last then return sealed_end(ctx, build) end
  local offset, data = log_entry(last)
  return max(offset + #data, sealed_end(ctx, build))
end

-- log_append(build ID, offset, bytes)
function calls.log_append(keys, args)
  local ctx = enter(keys)
  local build, offset, data = args[1], whole(args[2], 0, 1e15), args[3]
  if not is_id(build) then return invalid('build_id: write a ULID') end
  if not offset then return invalid('offset: write 0 or more') end
  if not data or #data > APPEND_MAX then return invalid('bytes: at most 256 KiB a call') end
  local finish = log_end(ctx, build)
  if offset + #data <= finish then return 'OK' end
  if offset > finish then
    return redis.error_reply('LIFRANGE the log ends at ' .. int(finish) .. ', not at ' ..
                             int(offset))
  end
  if offset + #data - sealed_end(ctx, build) > TAIL_MAX then
    return exhausted('8 MiB of the log wait to be sealed')
  end
  local new = data:sub(finish - offset + 1)
  call('XADD', key(ctx, 'log', build), int(finish + 1) .. '-0', 'd', new)
  call('PEXPIRE', key(ctx, 'log', build), LOG_KEPT_MS)
  return 'OK'
end

-- log_seal(build ID, offset, size, sha256): a blob holds that part; it leaves the tail.
function calls.log_seal(keys, args)
  local ctx = enter(keys)
  local build, offset, size = args[1], whole(args[2], 0, 1e15), whole(args[3], 1, 1048576)
  if not is_id(build) then return invalid('build_id: write a ULID') end
  if not offset or not size then return invalid('chunk: 1 byte to 1 MiB') end
  if not args[4] or #args[4] ~= 64 or not args[4]:match('^[0-9a-f]+$') then
    return invalid('sha256: write 64 hex digits')
  end
  local sealed = sealed_end(ctx, build)
  if offset + size <= sealed then return 'OK' end
  if offset ~= sealed then
    return redis.error_reply('LIFRANGE the sealed part ends at ' .. int(sealed) .. ', not at ' ..
                             int(offset))
  end
  if offset + size > log_end(ctx, build) then
    return redis.error_reply('LIFRANGE the log ends before the chunk does')
  end
  local chunks = key(ctx, 'sealed', build)
  if call('LLEN', chunks) >= SEALED_MAX then return exhausted('4096 chunks are sealed') end
  call('RPUSH', chunks, int(offset) .. ' ' .. int(size) .. ' ' .. args[4])
  -- Entries that lie before the one which holds the first byte that is not sealed.
  local log = key(ctx, 'log', build)
  local rest = call('XREVRANGE', log, int(offset + size + 1) .. '-0', '-', 'COUNT', 1)[1]
  if rest then
    local start, data = log_entry(rest)
    local keep = start + #data > offset + size and rest[1] or int(offset + size + 1) .. '-0'
    call('XTRIM', log, 'MINID', keep)
  end
  call('PEXPIRE', chunks, LOG_KEPT_MS)
  call('PEXPIRE', log, LOG_KEPT_MS)
  return 'OK'
end

-- log_read(build ID, offset, limit): end, tail offset, tail, then the sealed chunks.
function calls.log_read(keys, args)
  local ctx = enter(keys)
  local build, offset, limit = args[1], whole(args[2], 0, 1e15), whole(args[3], 0, READ_MAX)
  if not is_id(build) then return invalid('build_id: write a ULID') end
  if not offset or not limit then return invalid('offset, limit: out of range; at most 1 MiB') end
  local from = max(offset, sealed_end(ctx, build))
  local log = key(ctx, 'log', build)
  local first = call('XREVRANGE', log, int(from + 1) .. '-0', '-', 'COUNT', 1)[1]
  local at = first and first[1] or '-'
  local parts, length, start = {}, 0, nil
  while length < limit do
    local entries = call('XRANGE', log, at, '+', 'COUNT', 16)
    if #entries == 0 then break end
    for _, entry in ipairs(entries) do
      local entry_offset, data = log_entry(entry)
      if entry_offset + #data > from and length < limit then
        local skip = max(0, from - entry_offset)
        local piece = data:sub(skip + 1, skip + limit - length)
        start = start or entry_offset + skip
        parts[#parts + 1] = piece
        length = length + #piece
      end
    end
    at = '(' .. entries[#entries][1]
  end
  local answer = {int(log_end(ctx, build)), int(start or from), table.concat(parts)}
  for _, chunk in ipairs(call('LRANGE', key(ctx, 'sealed', build), 0, -1)) do
    answer[#answer + 1] = chunk
  end
  return answer
end

end
