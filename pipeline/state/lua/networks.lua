-- Part of observe.lua: pairs that meet again and again become edges, edges become networks.
-- Test: tests/property/test_state.py

local net_of = lasting(AT.NET_OF, tonumber)
local is_known, read_net, attach, edge, mark_due, mark_found, connect, hold, include, grow
do  -- a script has 200 locals at most: what only this part uses stays in it

local NEVER = 4294967295      -- objects at which no network is looked at (pipeline/incidents/life.py)
local NET = '<I4I4I4I4I4dd'   -- accounts, objects, due accounts, due objects, truncated, first, last
local known = {}              -- whether a network has an incident, as far as this call has asked

function is_known(net)
  if known[net] == nil then known[net] = redis.call('HEXISTS', KEYS[AT.NET_INCIDENT], net) == 1 end
  return known[net]
end

function read_net(number)
  local n = {}
  n.accounts, n.objects, n.due_accounts, n.due_objects, n.truncated, n.first, n.last =
    struct.unpack(NET, redis.call('HGET', KEYS[AT.NETS], number))
  return n
end

local function write_net(number, n)
  redis.call('HSET', KEYS[AT.NETS], number,
    struct.pack(NET, n.accounts, n.objects, n.due_accounts, n.due_objects, n.truncated, n.first, n.last))
end

local function add_members(number, authors)
  local held = redis.call('HGET', KEYS[AT.NET_MEMBERS], number) or ''
  redis.call('HSET', KEYS[AT.NET_MEMBERS], number, held .. table.concat(authors))
  for _, author in ipairs(authors) do put(net_of, author, number) end
end

-- Attach an object to a network once; true if it was new to it.
function attach(number, n, object)
  if redis.call('HSETNX', KEYS[AT.NET_LINKS], number .. ':' .. object, '') == 0 then return false end
  n.objects = n.objects + 1
  local held = redis.call('HGET', KEYS[AT.NET_OBJECTS], number) or ''
  redis.call('HSET', KEYS[AT.NET_OBJECTS], number, held .. struct.pack('<I4', object))
  return true
end

-- Take network `other` into `number`. Incidents of both go on as one: it becomes due at once.
local function merge(number, n, other)
  local o = read_net(other)
  if n.accounts + o.accounts > settings.network_cap then
    n.truncated = 1
    return
  end
  local row = redis.call('HGET', KEYS[AT.NET_MEMBERS], other)
  local authors = {}
  for at = 1, #row, 8 do authors[#authors + 1] = string.sub(row, at, at + 7) end
  add_members(number, authors)
  n.accounts = n.accounts + o.accounts
  local held = redis.call('HGET', KEYS[AT.NET_OBJECTS], other) or ''
  for at = 1, #held, 4 do
    local object = struct.unpack('<I4', held, at)
    attach(number, n, object)
    redis.call('HDEL', KEYS[AT.NET_LINKS], other .. ':' .. object)
  end
  n.first = math.min(n.first, o.first)
  n.last = math.max(n.last, o.last)
  if o.truncated == 1 then n.truncated = 1 end
  local theirs = redis.call('HGET', KEYS[AT.NET_INCIDENT], other)
  if theirs then
    local mine = redis.call('HGET', KEYS[AT.NET_INCIDENT], number)
    redis.call('HSET', KEYS[AT.NET_INCIDENT], number, mine and mine .. ' ' .. theirs or theirs)
    n.due_accounts, n.due_objects = 0, 0
    known[number] = true
  end
  join_profiles(number, other)
  redis.call('HDEL', KEYS[AT.NETS], other)
  redis.call('HDEL', KEYS[AT.NET_MEMBERS], other)
  redis.call('HDEL', KEYS[AT.NET_OBJECTS], other)
  redis.call('HDEL', KEYS[AT.NET_INCIDENT], other)
  redis.call('ZREM', KEYS[AT.TIMERS], 'net:' .. other)
  redis.call('ZREM', KEYS[AT.DUE], 'net:' .. other)
end

-- Tie two authors; the first edge of all starts the daily prune.
function edge(left, right, horizon)
  redis.call('HSET', KEYS[AT.EDGES], left < right and left .. right or right .. left,
    string.format('%d', watermark + horizon))
  if timer then return end
  timer = (math.floor(watermark / settings.prune_every) + 1) * settings.prune_every
  redis.call('ZADD', KEYS[AT.TIMERS], timer, 'prune')
end

local function new_net()
  next_net = next_net + 1
  return next_net, {accounts = 0, objects = 0, due_accounts = settings.min_accounts, due_objects = settings.min_objects,
    truncated = 0, first = watermark, last = watermark}
end

local function admit(number, n, authors)
  while #authors > 0 and n.accounts + #authors > settings.network_cap do
    authors[#authors] = nil
    n.truncated = 1
  end
  if #authors == 0 then return end
  add_members(number, authors)
  n.accounts = n.accounts + #authors
end

function mark_due(number)
  due = 'net:' .. number
  redis.call('ZADD', KEYS[AT.DUE], watermark, due)
end

-- A network without an incident needs accounts and objects to be looked at, one with an incident more of either.
local function mark_grown(number, n)
  local accounts, shared = n.accounts >= n.due_accounts, n.objects >= n.due_objects
  if (accounts and shared) or ((accounts or shared) and is_known(number)) then mark_due(number) end
end

-- Something has been found that is evidence by itself: a network without an incident, or whose incident has ended, is
-- due.
function mark_found(number, n)
  local silent = n.objects < n.due_objects and n.due_objects < NEVER
  if not is_known(number) or silent then mark_due(number) end
end

-- Bring accounts into one network: those in none yet, and the networks that hold `least` or more of them, and `also`
-- where it is given. Returns the network's number and state; accounts of other networks stay where they are.
function connect(accounts, least, also)
  local counts, numbers, fresh = {}, {}, {}
  for i, number in ipairs(get_many(net_of, accounts)) do
    if number then
      counts[number] = (counts[number] or 0) + 1
    else
      fresh[#fresh + 1] = accounts[i]
    end
  end
  for _, number in ipairs(also or {}) do counts[number] = least end
  for number, count in pairs(counts) do
    if count >= least then numbers[#numbers + 1] = number end
  end
  table.sort(numbers)
  local number, n = numbers[1], nil
  if number then
    n = read_net(number)
    for i = 2, #numbers do merge(number, n, numbers[i]) end
  else
    number, n = new_net()
  end
  admit(number, n, fresh)
  n.last = watermark
  return number, n
end

-- A network has changed through an object: it holds it from now on, and is due where it has grown enough.
function hold(number, n, object)
  attach(number, n, object)
  write_net(number, n)
  mark_grown(number, n)
end

-- An account that joins a network's object belongs to the network, where it is in none yet; returns whether it is new
-- there. anchor: a member of it.
function include(number, anchor, author, horizon)
  local net = get(net_of, anchor)
  if not net or get(net_of, author) then return false end
  local n = read_net(net)
  admit(net, n, {author})
  n.last = watermark
  edge(anchor, author, horizon)
  hold(net, n, number)
  return true
end

-- A text or a reposted author that a known network fills: at least `grow_members` and half of its earlier authors are
-- members. Who joins it then belongs to them, of several networks to the one with most members there, if it looks like
-- them or comes in a wave: a believer who copies the text does neither. Returns whether the newcomer belongs to one.
function grow(c, number, author, facts)
  if c.authors > settings.grow_authors or c.authors <= settings.grow_members then return false end
  local earlier, counts, first = {}, {}, {}
  for at = 1, #c.ring - 8, 8 do earlier[#earlier + 1] = string.sub(c.ring, at, at + 7) end
  for i, net in ipairs(get_many(net_of, earlier)) do
    if net then
      counts[net] = (counts[net] or 0) + 1
      first[net] = first[net] or earlier[i]
    end
  end
  local best = nil
  for net, count in pairs(counts) do
    if count >= settings.grow_members and 2 * count >= c.authors - 1 and is_known(net)
      and (not best or count > counts[best] or (count == counts[best] and net < best)) then
      best = net
    end
  end
  if not best then return false end
  local welcome = (not is_late(c) and fits(best, facts, in_wave(c))) or (in_wave(c) and not is_sharp(best))
  return welcome and include(number, first[best], author,
    c.kind == REPOSTED and settings.ring_horizon or settings.edge_horizon)
end

end

local pair_weights = generations(AT.PAIRS, tonumber)

-- Whether an edge between two accounts may bring them together: not where one of them belongs to a sharp network and
-- the other to none.
local function may_meet(left, right)
  local mine, theirs = get(net_of, left), get(net_of, right)
  if mine and not theirs then return not (is_known(mine) and is_sharp(mine)) end
  if theirs and not mine then return not (is_known(theirs) and is_sharp(theirs)) end
  return true
end

-- Weigh a newcomer with the most recent members; returns those whose pair has passed the bound.
local function weigh(author, ring, weight)
  local partners, fields = {}, {}
  for at = 1, #ring, 8 do
    local member = string.sub(ring, at, at + 7)
    partners[#partners + 1] = member
    fields[#fields + 1] = author < member and author .. member or member .. author
  end
  local tied = {}
  for i, held in ipairs(get_many(pair_weights, fields)) do
    local value = (held or 0) + weight
    if value > 0 then put(pair_weights, fields[i], value) end
    if value >= settings.edge_weight and may_meet(author, partners[i]) then
      tied[#tied + 1] = partners[i]
      edge(author, partners[i], settings.edge_horizon)
    end
  end
  return tied
end

local kept, kept_texts, kept_authors = lasting(AT.KEPT), lasting(AT.KEPT_TEXTS), lasting(AT.KEPT_AUTHORS)

-- Weigh an account without a network against a known one, as a pair; past the bound it is tied to `member`.
local function weigh_network(author, net, member, weight, number)
  local field = author .. struct.pack('<I4', net)
  local value = (get(pair_weights, field) or 0) + weight
  if value > 0 then put(pair_weights, field, value) end
  local bound = is_sharp(net) and settings.sharp_weight or settings.edge_weight
  return value >= bound and include(number, member, author, settings.edge_horizon)
end

-- Who meets members of a known network again and again, be it another one each time, belongs to it as who meets one of
-- them does. Returns whether the newcomer or somebody in the ring has come to belong to one.
local function approach(c, number, author, weight)
  local mine, earlier, met, gained = get(net_of, author), {}, {}, false
  if mine and not is_known(mine) then return false end
  for at = 1, #c.ring, 8 do earlier[#earlier + 1] = string.sub(c.ring, at, at + 7) end
  local nets = get_many(net_of, earlier)
  -- One text is one meeting with a network, however many of it come to the text.
  for _, net in ipairs(nets) do
    if mine and net == mine then return false end
  end
  for i, net in ipairs(nets) do
    if mine then
      gained = (not net and weigh_network(earlier[i], mine, author, weight, number)) or gained
    elseif net and not met[net] and is_known(net) then
      met[net] = true
      gained = weigh_network(author, net, earlier[i], weight, number) or gained
    end
  end
  return gained
end

-- Keep what evidence needs of an object for as long as its network lives: header, then up to 128 author keys, and of
-- answers the delay of each.
local function keep(number, c, newcomer, more_text)
  local head, held = Record.header(c), get(kept, number)
  local row = held and string.sub(held, Record.header_bytes(held) + 1) or all_authors(number, c)
  local keys, lags = Record.split(c.kind, row)
  local wanted = held and '' or keys
  if held and newcomer and #keys < 8 * KEPT_MEMBERS and not has(keys, newcomer) then
    keys, lags, wanted = keys .. newcomer, lags .. string.sub(c.lags, -1), newcomer
  end
  put(kept, number, head .. keys .. lags)
  if more_text or not held then put(kept_texts, number, get(texts, number) or '') end
  for at = 1, #wanted, 8 do
    local author = string.sub(wanted, at, at + 7)
    local facts = get(authors, author)
    if facts then put(kept_authors, author, facts) end
  end
end
