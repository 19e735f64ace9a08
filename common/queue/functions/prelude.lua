-- What every function of the library starts from: its key prefix, the server's clock, errors, and
-- checks of arguments. A function validates everything before its first write, because Redis keeps
-- the writes of a call that fails later. The schema is documented in common/queue/redis_keys.h.

-- A global costs Redis a search through protected tables at each use, and none can be read while the
-- library loads: so locals stand for them, set by the first call (register.lua).
local function of_redis()
  return redis.call, string.format, ipairs, pairs, tonumber, tostring, unpack, type, next,
         math.max, math.min, math.floor
end
local call, format, ipairs, pairs, tonumber, tostring, unpack, type, next, max, min, floor

-- Of a whole number. Lua's tostring keeps 14 digits: microseconds need 16.
local function int(number)
  return format('%d', number)
end

-- Of the call that runs (register.lua).
local entered = nil

-- KEYS[1] is the prefix "lif:{factory}:": it routes the call and names every key of the factory.
-- TIME is read once, so that a call has one notion of now.
local function enter(keys)
  if entered then return entered end
  local time = call('TIME')
  local seconds, micros = tonumber(time[1]), tonumber(time[2])
  return {
    prefix = keys[1],
    now = seconds * 1000 + floor(micros / 1000), -- ms
    micros = seconds * 1000000 + micros,
    -- What the call has read, and what it is to write (jobs.lua, accounts.lua).
    jobs = {}, changes = {}, pools = {}, tenants = {}, events = {}, bells = {},
  }
end

local function key(ctx, name, more, last)
  if last then return ctx.prefix .. name .. ':' .. more .. ':' .. last end
  if more then return ctx.prefix .. name .. ':' .. more end
  return ctx.prefix .. name
end

-- Errors are a code that RedisJobQueue maps to a Status, and a sentence for people.
local function invalid(message) return redis.error_reply('LIFINVALID ' .. message) end
local function lost(message) return redis.error_reply('LIFLOST ' .. message) end
local function not_found(message) return redis.error_reply('LIFNOTFOUND ' .. message) end
local function exhausted(message) return redis.error_reply('LIFEXHAUSTED ' .. message) end

-- Whole numbers in digits only: Redis would truncate a fraction silently, and what else Lua takes for
-- a number (0x10, 1e3) is none to others.
local function whole(text, low, high)
  local number = tostring(text):match('^-?%d+$') and tonumber(text)
  if not number or number ~= floor(number) or number < low or number > high then
    return nil
  end
  return number
end

-- Pools and tenants stand in key names, so they hold no ':' and are short.
local function is_name(text)
  return text ~= nil and #text <= 63 and text:match('^[a-z0-9][a-z0-9._-]*$') ~= nil
end

local function is_job_id(text)
  if text == nil or #text < 66 or #text > 84 then return false end
  local hex, generation = text:match('^([0-9a-f]+)%.([1-9][0-9]*)$')
  return hex ~= nil and #hex == 64 and #generation <= 19
end

local function is_id(text)
  return text ~= nil and #text >= 1 and #text <= 100 and text:match('^[A-Za-z0-9._:-]+$') ~= nil
end

-- A chunk of Lua has at most 200 locals. So a part that no other part builds on stands in a block of
-- its own, and what it offers to register.lua in here.
local calls = {}

local OUTCOMES = {
  compatible = true, incompatible = true, failed = true, error = true, cancelled = true,
}
