-- Part of observe.lua: pairs that meet again and again become edges, edges become networks.
-- Test: tests/property/test_state.py

local NET = '<I4I4I4I4I4dd'   -- accounts, clusters, due accounts, due clusters, truncated, first, last

local function read_net(number)
  local n = {}
  n.accounts, n.clusters, n.due_accounts, n.due_clusters, n.truncated, n.first, n.last =
    struct.unpack(NET, redis.call('HGET', KEYS[NETS], number))
  return n
end

local function write_net(number, n)
  redis.call('HSET', KEYS[NETS], number,
    struct.pack(NET, n.accounts, n.clusters, n.due_accounts, n.due_clusters, n.truncated, n.first, n.last))
end

local function add_members(number, authors)
  local held = redis.call('HGET', KEYS[NET_MEMBERS], number) or ''
  redis.call('HSET', KEYS[NET_MEMBERS], number, held .. table.concat(authors))
  for _, author in ipairs(authors) do redis.call('HSET', KEYS[NET_OF], author, number) end
end

-- Attach a cluster to a network once; true if it was new to it.
local function attach(number, n, cluster)
  if redis.call('HSETNX', KEYS[NET_LINKS], number .. ':' .. cluster, '') == 0 then return false end
  n.clusters = n.clusters + 1
  local held = redis.call('HGET', KEYS[NET_CLUSTERS], number) or ''
  redis.call('HSET', KEYS[NET_CLUSTERS], number, held .. struct.pack('<I4', cluster))
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
  local clusters = redis.call('HGET', KEYS[NET_CLUSTERS], other) or ''
  for at = 1, #clusters, 4 do
    local cluster = struct.unpack('<I4', clusters, at)
    attach(number, n, cluster)
    redis.call('HDEL', KEYS[NET_LINKS], other .. ':' .. cluster)
  end
  n.first = math.min(n.first, o.first)
  n.last = math.max(n.last, o.last)
  if o.truncated == 1 then n.truncated = 1 end
  local theirs = redis.call('HGET', KEYS[NET_INCIDENT], other)
  if theirs then
    local mine = redis.call('HGET', KEYS[NET_INCIDENT], number)
    redis.call('HSET', KEYS[NET_INCIDENT], number, mine and mine .. ' ' .. theirs or theirs)
    n.due_accounts, n.due_clusters = 0, 0
  end
  redis.call('HDEL', KEYS[NETS], other)
  redis.call('HDEL', KEYS[NET_MEMBERS], other)
  redis.call('HDEL', KEYS[NET_CLUSTERS], other)
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
    n = {accounts = 0, clusters = 0, due_accounts = settings.min_accounts, due_clusters = settings.min_clusters,
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

-- Weigh a newcomer with the most recent members; returns those whose pair has passed the bound.
local function weigh(author, ring, weight, pairs_now, pairs_before)
  local partners, fields = {}, {}
  for at = 1, #ring, 8 do
    local member = string.sub(ring, at, at + 7)
    partners[#partners + 1] = member
    fields[#fields + 1] = author < member and author .. member or member .. author
  end
  if #fields == 0 then return partners end
  local values = recall_many(pairs_now, pairs_before, fields)
  local tied, row, edges = {}, {}, {}
  for i = 1, #fields do
    local value = (tonumber(values[i] or nil) or 0) + weight
    row[2 * i - 1], row[2 * i] = fields[i], value
    if value >= settings.edge_weight then
      tied[#tied + 1] = partners[i]
      edges[#edges + 1] = fields[i]
      edges[#edges + 1] = now_text
    end
  end
  redis.call('HSET', pairs_now, unpack(row))
  if #edges > 0 then redis.call('HSET', KEYS[EDGES], unpack(edges)) end
  return tied
end

-- Keep what evidence needs of a cluster for as long as its network lives: header, then up to 128 author keys.
local KEPT_AUTHORS = 128
local function keep(number, c, newcomer, texts, more_text, authors_now, authors_before)
  local head = header(c)
  local held = redis.call('HGET', KEYS[KEPT], number)
  local row = held and string.sub(held, #head + 1) or c.ring
  if held and newcomer and #row < 8 * KEPT_AUTHORS and not has(row, newcomer) then row = row .. newcomer end
  redis.call('HSET', KEYS[KEPT], number, head .. row)
  if more_text or not held then
    redis.call('HSET', KEYS[KEPT_TEXTS], number, redis.call('HGET', texts, number) or '')
  end
  local wanted = row
  if held then wanted = newcomer or '' end
  for at = 1, #wanted, 8 do
    local author = string.sub(wanted, at, at + 7)
    local facts = recall(authors_now, authors_before, author)
    if facts then redis.call('HSET', KEYS[KEPT_AUTHORS_KEY], author, facts) end
  end
end
