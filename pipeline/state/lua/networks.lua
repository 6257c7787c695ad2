-- Part of observe.lua: pairs that meet again and again become edges, edges become networks.
-- Test: tests/property/test_state.py

local NET = '<I4I4I4I4I4dd'   -- accounts, objects, due accounts, due objects, truncated, first, last

local function read_net(number)
  local n = {}
  n.accounts, n.objects, n.due_accounts, n.due_objects, n.truncated, n.first, n.last =
    struct.unpack(NET, redis.call('HGET', KEYS[NETS], number))
  return n
end

local function write_net(number, n)
  redis.call('HSET', KEYS[NETS], number,
    struct.pack(NET, n.accounts, n.objects, n.due_accounts, n.due_objects, n.truncated, n.first, n.last))
end

local function add_members(number, authors)
  local held = redis.call('HGET', KEYS[NET_MEMBERS], number) or ''
  redis.call('HSET', KEYS[NET_MEMBERS], number, held .. table.concat(authors))
  for _, author in ipairs(authors) do redis.call('HSET', KEYS[NET_OF], author, number) end
end

-- Attach an object to a network once; true if it was new to it.
local function attach(number, n, object)
  if redis.call('HSETNX', KEYS[NET_LINKS], number .. ':' .. object, '') == 0 then return false end
  n.objects = n.objects + 1
  local held = redis.call('HGET', KEYS[NET_OBJECTS], number) or ''
  redis.call('HSET', KEYS[NET_OBJECTS], number, held .. struct.pack('<I4', object))
  return true
end

-- Take network `other` into `number`. Incidents of both go on as one: it becomes due at once.
local function merge(number, n, other)
  local o = read_net(other)
  if n.accounts + o.accounts > settings.network_cap then
    n.truncated = 1
    return
  end
  local row = redis.call('HGET', KEYS[NET_MEMBERS], other)
  local authors = {}
  for at = 1, #row, 8 do authors[#authors + 1] = string.sub(row, at, at + 7) end
  add_members(number, authors)
  n.accounts = n.accounts + o.accounts
  local held = redis.call('HGET', KEYS[NET_OBJECTS], other) or ''
  for at = 1, #held, 4 do
    local object = struct.unpack('<I4', held, at)
    attach(number, n, object)
    redis.call('HDEL', KEYS[NET_LINKS], other .. ':' .. object)
  end
  n.first = math.min(n.first, o.first)
  n.last = math.max(n.last, o.last)
  if o.truncated == 1 then n.truncated = 1 end
  local theirs = redis.call('HGET', KEYS[NET_INCIDENT], other)
  if theirs then
    local mine = redis.call('HGET', KEYS[NET_INCIDENT], number)
    redis.call('HSET', KEYS[NET_INCIDENT], number, mine and mine .. ' ' .. theirs or theirs)
    n.due_accounts, n.due_objects = 0, 0
  end
  redis.call('HDEL', KEYS[NETS], other)
  redis.call('HDEL', KEYS[NET_MEMBERS], other)
  redis.call('HDEL', KEYS[NET_OBJECTS], other)
  redis.call('HDEL', KEYS[NET_INCIDENT], other)
  redis.call('ZREM', KEYS[TIMERS], 'net:' .. other)
  redis.call('ZREM', KEYS[DUE], other)
end

-- Connect an author with those it is now tied to; returns the network's number and state.
local function connect(author, partners, now)
  local wanted = {author}
  for _, partner in ipairs(partners) do wanted[#wanted + 1] = partner end
  local held = redis.call('HMGET', KEYS[NET_OF], unpack(wanted))
  local numbers, known, fresh = {}, {}, {}
  for i = 1, #wanted do
    local number = tonumber(held[i] or nil)
    if not number then
      fresh[#fresh + 1] = wanted[i]
    elseif not known[number] then
      known[number] = true
      numbers[#numbers + 1] = number
    end
  end
  table.sort(numbers)
  local number, n = numbers[1], nil
  if number then
    n = read_net(number)
    for i = 2, #numbers do merge(number, n, numbers[i]) end
  else
    next_net = next_net + 1
    number = next_net
    n = {accounts = 0, objects = 0, due_accounts = settings.min_accounts, due_objects = settings.min_objects,
      truncated = 0, first = now, last = now}
  end
  while #fresh > 0 and n.accounts + #fresh > settings.network_cap do
    fresh[#fresh] = nil
    n.truncated = 1
  end
  if #fresh > 0 then
    add_members(number, fresh)
    n.accounts = n.accounts + #fresh
  end
  n.last = now
  return number, n
end

local pair_weights = generations(PAIRS, tonumber)

-- Weigh a newcomer with the most recent members; returns those whose pair has passed the bound.
local function weigh(author, ring, weight)
  local partners, fields = {}, {}
  for at = 1, #ring, 8 do
    local member = string.sub(ring, at, at + 7)
    partners[#partners + 1] = member
    fields[#fields + 1] = author < member and author .. member or member .. author
  end
  local tied, edges = {}, {}
  for i, held in ipairs(get_many(pair_weights, fields)) do
    local value = (held or 0) + weight
    put(pair_weights, fields[i], value)
    if value >= settings.edge_weight then
      tied[#tied + 1] = partners[i]
      edges[#edges + 1] = fields[i]
      edges[#edges + 1] = now_text
    end
  end
  if #edges > 0 then redis.call('HSET', KEYS[EDGES], unpack(edges)) end
  return tied
end

-- Keep what evidence needs of an object for as long as its network lives: header, then up to 128 author keys.
local KEPT_MEMBERS = 128
local function keep(number, c, newcomer, more_text)
  local head = header(c)
  local held = redis.call('HGET', KEYS[KEPT], number)
  local row = held and string.sub(held, #head + 1) or c.ring
  if held and newcomer and #row < 8 * KEPT_MEMBERS and not has(row, newcomer) then row = row .. newcomer end
  redis.call('HSET', KEYS[KEPT], number, head .. row)
  if more_text or not held then redis.call('HSET', KEYS[KEPT_TEXTS], number, get(texts, number) or '') end
  local wanted = row
  if held then wanted = newcomer or '' end
  for at = 1, #wanted, 8 do
    local author = string.sub(wanted, at, at + 7)
    local facts = get(authors, author)
    if facts then redis.call('HSET', KEYS[KEPT_AUTHORS], author, facts) end
  end
end
