-- Observe a batch of lines of one stream, in order, as far as the next thing that is due.
--
-- KEYS    all keys of the stream in the order of pipeline/state/keys.py
-- ARGV    1 the position expected as last applied; 2 settings (msgpack map); then STRIDE values a line:
--         event time (ms), kind and flags, post key (8 bytes), author key (8 bytes), text hash (4 bytes),
--         slots (16 u32) and lanes (64 bytes) or '', author row, text sample, position after the line
-- result  {'ok', lines applied, position, watermark, stop, what is due, seven counts} or {'conflict', position}
--         stop: 'end', 'due' (a network) or 'timer' (before the line that would pass it)
-- cost    about 45 us a post; O(ring + members of networks that merge)
-- test    tests/property/test_state.py, tests/contract/test_store.py
--
-- A line is applied once: a call whose expected position is not the stored one changes nothing. No clock but the
-- lines' own; nothing is read from a SET or HASH in an order that a result could depend on.

local STRIDE = 9
local POST, DELETE = 0, 1          -- other kinds only move the watermark
local REPOST, LINK = 4, 8          -- flags beside the kind

local meta = redis.call('HMGET', KEYS[META], 'position', 'watermark', 'index_generation', 'pair_generation',
  'next_cluster', 'next_net')
local position = meta[1] or ''
if position ~= ARGV[1] then return {'conflict', position} end
local watermark = tonumber(meta[2] or nil)
local index_generation, pair_generation = tonumber(meta[3] or nil), tonumber(meta[4] or nil)
local next_cluster = tonumber(meta[5] or '0')
next_net = tonumber(meta[6] or '0')

local earliest = redis.call('ZRANGE', KEYS[TIMERS], 0, 0, 'WITHSCORES')
local timer = tonumber(earliest[2] or nil)

local posts, late, duplicates, edits, deletes, unknown, clustered = 0, 0, 0, 0, 0, 0, 0
local due = ''
local clusters_now, clusters_before, texts_now, texts_before, authors_now, authors_before
local seen_now, seen_before, crowd_now, crowd_before, pairs_now, pairs_before

local function choose()
  local even, odd = index_generation % 2, 1 - index_generation % 2
  clusters_now, clusters_before = KEYS[CLUSTERS + even], KEYS[CLUSTERS + odd]
  texts_now, texts_before = KEYS[TEXTS + even], KEYS[TEXTS + odd]
  authors_now, authors_before = KEYS[AUTHORS + even], KEYS[AUTHORS + odd]
  seen_now, seen_before = KEYS[SEEN + even], KEYS[SEEN + odd]
  crowd_now, crowd_before = KEYS[CROWD + even], KEYS[CROWD + odd]
  even, odd = pair_generation % 2, 1 - pair_generation % 2
  pairs_now, pairs_before = KEYS[PAIRS + even], KEYS[PAIRS + odd]
end

local function advance(t)
  watermark = t
  now_text = string.format('%d', t)
  local index_before, pair_before = index_generation, pair_generation
  index_generation = math.floor(t / settings.index_horizon)
  pair_generation = math.floor(t / settings.pair_horizon)
  if index_generation == index_before and pair_generation == pair_before then return end
  turn({CLUSTERS, TEXTS, AUTHORS, SEEN, CROWD}, index_before, index_generation)
  turn({PAIRS}, pair_before, pair_generation)
  choose()
end

-- A living cluster by its number, wherever it stands.
local function living(number)
  local record, where = recall(clusters_now, clusters_before, number)
  if record then return parse(record), where end
  return nil
end

local function change(number, field, by)
  local c, where = living(number)
  if not c then return end
  c[field] = math.max(0, c[field] + by)
  write_cluster(where, number, c)
  if c.kept == 1 then keep(number, c, nil, where == clusters_now and texts_now or texts_before, false) end
end

local function found(slots, held, post_key, author, lanes, flags, text)
  next_cluster = next_cluster % 4294967295 + 1
  local c = {posts = 1, authors = 1, links = flags.link, reposts = flags.repost, deleted = 0, samples = 0, kept = 0,
    founder = post_key, first = watermark, last = watermark, lanes = lanes, ring = author}
  sample(c, next_cluster, text, texts_now)
  write_cluster(clusters_now, next_cluster, c)
  point(slots, held, next_cluster)
  return next_cluster
end

local function weight_of(c, before, flags)
  local weight = settings.weights[before] or 0
  if c.links >= 0.9 * c.posts then weight = math.floor(weight * settings.link_factor / 1000) end
  if flags.repost == 1 then weight = math.floor(weight * settings.repost_factor / 1000) end
  return weight
end

-- The newcomer's ties inside the cluster: edges, the network they make, and whether that is due.
local function tie(c, number, author, before, flags)
  if before >= settings.pair_members then return false end
  local tied = weigh(author, c.ring, weight_of(c, before, flags), pairs_now, pairs_before)
  if #tied == 0 then return false end
  local net, n = connect(author, tied, watermark)
  attach(net, n, number)
  write_net(net, n)
  if not timer then
    timer = (math.floor(watermark / settings.prune_every) + 1) * settings.prune_every
    redis.call('ZADD', KEYS[TIMERS], timer, 'prune')
  end
  if n.accounts >= n.due_accounts and n.clusters >= n.due_clusters then
    redis.call('ZADD', KEYS[DUE], watermark, 'net:' .. net)
    due = 'net:' .. net
  end
  return true
end

local function join(number, c, old, slots, held, author, flags, text)
  if old then
    redis.call('HDEL', clusters_before, number)
    local row = redis.call('HGET', texts_before, number)
    if row then
      redis.call('HSET', texts_now, number, row)
      redis.call('HDEL', texts_before, number)
    end
  end
  c.posts, c.links, c.reposts = c.posts + 1, c.links + flags.link, c.reposts + flags.repost
  c.last = watermark
  local newcomer = is_newcomer(c, number, author, crowd_now, crowd_before)
  local more_text = false
  if newcomer then
    more_text = c.authors < settings.pair_members and sample(c, number, text, texts_now)
    if tie(c, number, author, c.authors, flags) then c.kept = 1 end
    enter(c, number, author, crowd_now)
  end
  if c.kept == 1 then
    keep(number, c, newcomer and author or nil, texts_now, more_text, authors_now, authors_before)
  end
  write_cluster(clusters_now, number, c)
  point(slots, held, number)
end

local function observe_post(at, flags)
  local post_key, author, text_hash = ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local known = recall(seen_now, seen_before, post_key)
  if known then
    if string.sub(known, 5) == text_hash then
      duplicates = duplicates + 1
      return
    end
    edits = edits + 1
    change(struct.unpack('<I4', known), 'posts', -1)
  else
    posts = posts + 1
  end
  redis.call('HSET', authors_now, author, ARGV[at + 6])
  local number = 0
  local signature = ARGV[at + 5]
  if signature ~= '' then
    clustered = clustered + 1
    local slots = {struct.unpack(SLOTS, signature)}
    local lanes = string.sub(signature, 65)
    local c, held, old
    number, held, c, old = nearest(clusters_now, clusters_before, slots, lanes, settings.equal_lanes)
    if number then
      join(number, c, old, slots, held, author, flags, ARGV[at + 7])
    else
      number = found(slots, held, post_key, author, lanes, flags, ARGV[at + 7])
    end
  end
  redis.call('HSET', seen_now, post_key, struct.pack('<I4', number) .. text_hash)
end

local function observe_delete(at)
  local known = recall(seen_now, seen_before, ARGV[at + 2])
  if not known then
    unknown = unknown + 1
    return
  end
  deletes = deletes + 1
  local number = struct.unpack('<I4', known)
  if number ~= 0 then change(number, 'deleted', 1) end
end

if index_generation then choose() end
if watermark then now_text = string.format('%d', watermark) end

local applied, stop = 0, 'end'
for at = 3, #ARGV, STRIDE do
  local t = tonumber(ARGV[at])
  if not watermark or t > watermark then
    if timer and t >= timer then
      stop = 'timer'
      break
    end
    advance(t)
  elseif t < watermark - settings.grace then
    late = late + 1
  end
  local flags = tonumber(ARGV[at + 1])
  local kind = flags % 4
  if kind == POST then
    observe_post(at, {repost = math.floor(flags / REPOST) % 2, link = math.floor(flags / LINK) % 2})
  elseif kind == DELETE then
    observe_delete(at)
  end
  applied = applied + 1
  position = ARGV[at + 8]
  if due ~= '' then
    stop = 'due'
    break
  end
end

if applied > 0 then
  redis.call('HSET', KEYS[META], 'position', position, 'watermark', now_text,
    'index_generation', index_generation, 'pair_generation', pair_generation,
    'next_cluster', next_cluster, 'next_net', next_net)
end
return {'ok', applied, position, now_text, stop, stop == 'timer' and earliest[1] or due,
  posts, late, duplicates, edits, deletes, unknown, clustered}
