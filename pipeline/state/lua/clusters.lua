-- Part of observe.lua: near-duplicate clusters behind a table of band slots.
-- A slot holds the number of the last cluster written there; a number whose record is gone is ignored and overwritten.
-- Test: tests/property/test_state.py

-- record: posts, authors, with link, reposts, deleted, samples, kept (u32 each), founding post (8 bytes), first, last
-- (ms, doubles), 64 lanes, then up to RING author keys of 8 bytes, oldest first.
local HEADER = '<I4I4I4I4I4I4I4c8dd'
local LANES_AT = 53
local RING_AT = 117
local RING = 40
local SAMPLES = 10
local SLOTS = '<I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4'

local read_args = {}
for i = 0, 15 do
  read_args[3 * i + 1] = 'GET'
  read_args[3 * i + 2] = 'u32'
end

local function parse(record)
  local c = {}
  c.posts, c.authors, c.links, c.reposts, c.deleted, c.samples, c.kept, c.founder, c.first, c.last =
    struct.unpack(HEADER, record)
  c.lanes = string.sub(record, LANES_AT, RING_AT - 1)
  c.ring = string.sub(record, RING_AT)
  return c
end

local function header(c)
  return struct.pack(HEADER, c.posts, c.authors, c.links, c.reposts, c.deleted, c.samples, c.kept, c.founder,
    c.first, c.last)
end

local function write_cluster(current, number, c)
  redis.call('HSET', current, number, header(c) .. c.lanes .. c.ring)
end

-- The living cluster nearest to a signature, or nil; second result: the slots as read; third: it is in the older one.
local function nearest(current, previous, slots, lanes, threshold)
  for i = 1, 16 do read_args[3 * i] = '#' .. slots[i] end
  local held = redis.call('BITFIELD_RO', KEYS[BANDS], unpack(read_args))
  local numbers, known = {}, {}
  for i = 1, 16 do
    local number = held[i]
    if number ~= 0 and not known[number] then
      known[number] = true
      numbers[#numbers + 1] = number
    end
  end
  if #numbers == 0 then return nil, held end
  local records, old = recall_many(current, previous, numbers)
  local mine = nil
  local best, best_equal, best_at = nil, threshold - 1, nil
  for i = 1, #numbers do
    local record = records[i]
    if record then
      local theirs = string.sub(record, LANES_AT, RING_AT - 1)
      local equal = 0
      if theirs == lanes then
        equal = 64
      else
        mine = mine or {string.byte(lanes, 1, 64)}
        local other = {string.byte(theirs, 1, 64)}
        for lane = 1, 64 do
          if mine[lane] == other[lane] then equal = equal + 1 end
        end
      end
      if equal > best_equal or (equal == best_equal and best and numbers[i] < best) then
        best, best_equal, best_at = numbers[i], equal, i
      end
    end
  end
  if not best then return nil, held end
  return best, held, parse(records[best_at]), old[best_at]
end

-- Point at a cluster every slot that does not do so yet.
local function point(slots, held, number)
  local args = {}
  for i = 1, 16 do
    if held[i] ~= number then
      local n = #args
      args[n + 1], args[n + 2], args[n + 3], args[n + 4] = 'SET', 'u32', '#' .. slots[i], number
    end
  end
  if #args > 0 then redis.call('BITFIELD', KEYS[BANDS], unpack(args)) end
end

-- Whether an author key stands at an eight-byte step of a row of author keys.
local function has(row, author)
  local at = string.find(row, author, 1, true)
  while at do
    if at % 8 == 1 then return true end
    at = string.find(row, author, at + 1, true)
  end
  return false
end

-- Whether the author is new to the cluster; beyond RING authors the crowd remembers them for the index horizon.
local function is_newcomer(c, number, author, crowd, crowd_before)
  if has(c.ring, author) then return false end
  if c.authors <= RING then return true end
  local field = number .. ':' .. author
  local _, where = recall(crowd, crowd_before, field)
  if where == crowd_before then redis.call('HSET', crowd, field, '') end
  return where == nil
end

-- Add a newcomer; authors who leave the ring stay in the crowd.
local function enter(c, number, author, crowd)
  c.authors = c.authors + 1
  if c.authors == RING + 1 then
    for at = 1, #c.ring, 8 do
      redis.call('HSET', crowd, number .. ':' .. string.sub(c.ring, at, at + 7), '')
    end
  end
  if c.authors > RING then redis.call('HSET', crowd, number .. ':' .. author, '') end
  c.ring = c.ring .. author
  if #c.ring > 8 * RING then c.ring = string.sub(c.ring, 9) end
end

-- Keep a text that differs from the samples so far. texts: rows of (u16 length, bytes).
local function sample(c, number, text, texts)
  if c.samples >= SAMPLES or text == '' then return false end
  local held = redis.call('HGET', texts, number) or ''
  local row = struct.pack('<I2', #text) .. text
  if string.find(held, row, 1, true) then return false end
  redis.call('HSET', texts, number, held .. row)
  c.samples = c.samples + 1
  return true
end
