-- Part of observe.lua: two generations of a HASH, chosen by the watermark alone.
-- A generation lasts one horizon; what was written or touched lives for one to two horizons.
-- Test: tests/property/test_state.py

-- Turn to the generation of the watermark and drop what can no longer be read.
-- first: index of the even-parity key in KEYS; the odd one follows it.
local function turn(firsts, before, now)
  if before == nil or now == before then return end
  for _, first in ipairs(firsts) do
    if now - before == 1 then
      redis.call('UNLINK', KEYS[first + now % 2])
    else
      redis.call('UNLINK', KEYS[first], KEYS[first + 1])
    end
  end
end

-- Value of a field in the current generation, else in the one before; second result: which key holds it.
local function recall(current, previous, field)
  local value = redis.call('HGET', current, field)
  if value then return value, current end
  value = redis.call('HGET', previous, field)
  if value then return value, previous end
  return nil
end

-- Values of many fields, in order, false where neither generation has one; second result: 1 where the older had it.
local function recall_many(current, previous, fields)
  local values = redis.call('HMGET', current, unpack(fields))
  local missing, at = {}, {}
  for i = 1, #fields do
    if not values[i] then
      missing[#missing + 1] = fields[i]
      at[#at + 1] = i
    end
  end
  local old = {}
  if #missing > 0 then
    local found = redis.call('HMGET', previous, unpack(missing))
    for i = 1, #missing do
      if found[i] then
        values[at[i]] = found[i]
        old[at[i]] = true
      end
    end
  end
  return values, old
end
