-- Part of observe.lua: HASHes, most of them in two generations, behind a cache that lives as long as the call: to ask
-- the server from a script costs more than what it looks up.
-- A generation lasts one horizon and is chosen by the watermark alone. Reading tries the newer one first; writing goes
-- to it alone, at the end of the call and before a turn. So what was written last lives for one to two horizons.
-- Test: tests/property/test_state.py

local FIELDS = 500        -- fields a HSET or HMGET takes at once: Lua unpacks a few thousand values at most

local function same(value) return value end

-- first: index in KEYS of the even generation; decode, encode: between stored and cached form.
local function generations(first, decode, encode)
  return {first = first, decode = decode or same, encode = encode or same,
    values = {}, raw = {}, old = {}, dirty = {}, order = {}}
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
  value = value and map.decode(value)
  map.values[field] = value
  return value
end

-- Values of many fields, in order; at most FIELDS of them.
local function get_many(map, fields)
  local found, unread, at = {}, {}, {}
  for i, field in ipairs(fields) do
    local value = map.values[field]
    found[i] = value
    if value == nil then
      unread[#unread + 1] = field
      at[#at + 1] = i
    end
  end
  if #unread == 0 then return found end
  local missing, places = {}, {}
  for i, value in ipairs(redis.call('HMGET', map.now, unpack(unread))) do
    local field = unread[i]
    if value then
      value = map.decode(value)
    else
      missing[#missing + 1] = field
      places[#places + 1] = at[i]
    end
    map.values[field] = value
    found[at[i]] = value
  end
  if #missing == 0 or not map.before then return found end
  for i, value in ipairs(redis.call('HMGET', map.before, unpack(missing))) do
    local field = missing[i]
    if value then
      value = map.decode(value)
      map.values[field] = value
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
  local row = {}
  for i, field in ipairs(map.order) do
    row[#row + 1] = field
    row[#row + 1] = map.encode(map.values[field])
    map.old[field] = nil
    if #row == 2 * FIELDS or i == #map.order then
      redis.call('HSET', map.now, unpack(row))
      row = {}
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
