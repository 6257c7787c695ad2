-- Part of observe.lua: HASHes, most of them in two generations, behind a cache that lives as long as the call: to ask
-- the server from a script costs more than what it looks up.
-- A generation lasts one horizon and is chosen by the watermark alone. Reading tries the newer one first; writing goes
-- to it alone, at the end of the call and before a turn. So what was written last lives for one to two horizons.
-- Test: tests/property/test_state.py

local FIELDS = 500        -- fields a HSET or HMGET takes at once: Lua unpacks a few thousand values at most

-- first: index in KEYS of the even generation; decode, encode: between stored and cached form, nil where they are one.
local function generations(first, decode, encode)
  return {first = first, decode = decode, encode = encode, values = {}, raw = {}, old = {}, dirty = {}, order = {}}
end

-- A HASH without generations, behind the same cache.
local function lasting(key, decode)
  local map = generations(key, decode)
  map.now = KEYS[key]
  return map
end

local function choose(maps, generation)
  for _, map in ipairs(maps) do
    map.now, map.before = KEYS[map.first + generation % 2], KEYS[map.first + 1 - generation % 2]
  end
end

-- Value of a field, false where neither generation has it.
local function get(map, field)
  local value = map.values[field]
  if value ~= nil then return value end
  value = map.raw[field]
  if value == nil then
    value = redis.call('HGET', map.now, field)
    if not value and map.before then
      value = redis.call('HGET', map.before, field)
      if value then map.old[field] = true end
    end
  end
  if value and map.decode then value = map.decode(value) end
  map.values[field] = value
  return value
end

-- Values of many fields, in order; at most FIELDS of them. fresh: whether the older generation cannot have any.
local function get_many(map, fields, fresh)
  local found, unread, at, n = {}, {}, {}, 0
  local values, decode = map.values, map.decode
  for i = 1, #fields do
    local field = fields[i]
    local value = values[field]
    found[i] = value
    if value == nil then
      n = n + 1
      unread[n], at[n] = field, i
    end
  end
  if n == 0 then return found end
  local missing, places, left = {}, {}, 0
  local read = redis.call('HMGET', map.now, unpack(unread))
  for i = 1, n do
    local field, value = unread[i], read[i]
    if not value then
      left = left + 1
      missing[left], places[left] = field, at[i]
    elseif decode then
      value = decode(value)
    end
    values[field] = value
    found[at[i]] = value
  end
  if left == 0 or fresh or not map.before then return found end
  read = redis.call('HMGET', map.before, unpack(missing))
  for i = 1, left do
    local field, value = missing[i], read[i]
    if value then
      if decode then value = decode(value) end
      values[field] = value
      map.old[field] = true
      found[places[i]] = value
    end
  end
  return found
end

-- Read many fields into the cache, however many they are and however often each is among them.
local function read_ahead(map, fields)
  local chosen, taken = {}, {}
  for _, field in ipairs(fields) do
    if not taken[field] then
      taken[field] = true
      chosen[#chosen + 1] = field
      if #chosen == FIELDS then
        get_many(map, chosen)
        chosen = {}
      end
    end
  end
  get_many(map, chosen)
end

-- Stored forms of many fields, in order, of those that this call has not decoded yet; else what it has decoded.
local function get_raw(map, fields)
  local found, unread, at = {}, {}, {}
  local values, raw = map.values, map.raw
  for i, field in ipairs(fields) do
    local value = values[field]
    if value == nil then value = raw[field] end
    found[i] = value
    if value == nil then
      unread[#unread + 1] = field
      at[#at + 1] = i
    end
  end
  if #unread == 0 then return found end
  local missing, places = {}, {}
  for i, value in ipairs(redis.call('HMGET', map.now, unpack(unread))) do
    raw[unread[i]], found[at[i]] = value, value
    if not value then
      missing[#missing + 1] = unread[i]
      places[#places + 1] = at[i]
    end
  end
  if #missing == 0 then return found end
  for i, value in ipairs(redis.call('HMGET', map.before, unpack(missing))) do
    if value then
      raw[missing[i]], found[places[i]] = value, value
      map.old[missing[i]] = true
    end
  end
  return found
end

local function put(map, field, value)
  map.values[field] = value
  map.old[field] = nil
  if map.dirty[field] then return end
  map.dirty[field] = true
  map.order[#map.order + 1] = field
end

-- Put the stored form of a field that has no value yet: most of what is new is never looked at again in its call.
local function put_raw(map, field, row)
  map.values[field], map.raw[field], map.old[field] = nil, row, nil
  if map.dirty[field] then return end
  map.dirty[field] = true
  map.order[#map.order + 1] = field
end

-- Let what was read live as long as what is written now.
local function renew(map, field)
  local value = get(map, field)
  if value and map.old[field] then put(map, field, value) end
end

local function flush(map)
  local order, values, raw, encode = map.order, map.values, map.raw, map.encode
  if #order == 0 then return end
  local row, n = {}, 0
  for i = 1, #order do
    local field = order[i]
    local value = values[field]
    if value == nil then
      value = raw[field]
    elseif encode then
      value = encode(value)
    end
    row[n + 1], row[n + 2] = field, value
    n = n + 2
    if n == 2 * FIELDS or i == #order then
      redis.call('HSET', map.now, unpack(row, 1, n))
      n = 0
    end
  end
  map.dirty, map.order = {}, {}
end

-- Turn to the generation of the watermark and drop what can no longer be read.
local function turn(maps, before, now)
  if now == before then return end
  if before then
    for _, map in ipairs(maps) do
      flush(map)
      map.values, map.raw, map.old = {}, {}, {}
      if now - before == 1 then
        redis.call('UNLINK', map.before)
      else
        redis.call('UNLINK', map.now, map.before)
      end
    end
  end
  choose(maps, now)
end
