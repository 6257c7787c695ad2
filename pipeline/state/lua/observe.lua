-- Observe a batch of lines of one stream, in order, as far as the next thing that is due.
--
-- KEYS    all keys of the stream in the order of pipeline/state/keys.py
-- ARGV    1 the position expected as last applied; 2 settings (msgpack map); 3 the lines, one after the other, packed
--         as LINE says; 4 what they say, as it is kept, '' where nobody follows keywords
-- result  {'ok', lines applied, position, watermark, stop, what is due, numbers of the posts that do not count
--         (u16 each, from 0), seven counts} or {'conflict', position}
--         stop: 'end', 'due' (a network, the allow list or an answer) or 'timer' (before the line that would pass it)
-- cost    about 55 us a post, 75 with look-alikes; O(ring + members of networks that merge)
-- test    tests/property/test_state.py, tests/contract/test_store.py
--
-- A line is applied once: a call whose expected position is not the stored one changes nothing. No clock but the
-- lines' own; nothing is read from a SET or HASH in an order that a result could depend on.

local TRACE_BYTES = 9              -- kind and 8 bytes of a hash
local LONE = '<c8c8dBB'            -- a name's only author, first post, its event time, whether it has a link, reposts

local meta = redis.call('HMGET', KEYS[AT.META], 'position', 'watermark', 'index_generation', 'pair_generation',
  'next_object', 'next_net', 'memory_generation', 'copiers', 'copiers_before', 'posts', 'deleted', 'answers',
  'sample_generation')
local position = meta[1] or ''
if position ~= ARGV[1] then return {'conflict', position} end
watermark = tonumber(meta[2] or nil)
local index_generation, pair_generation = tonumber(meta[3] or nil), tonumber(meta[4] or nil)
local next_object = tonumber(meta[5] or '0')
next_net = tonumber(meta[6] or '0')
local memory_generation = tonumber(meta[7] or nil)
copiers, copiers_before = tonumber(meta[8] or '0'), tonumber(meta[9] or '0')
Replies.load(meta[12])
Sample.load(tonumber(meta[13] or '0'))

local earliest = redis.call('ZRANGE', KEYS[AT.TIMERS], 0, 0, 'WITHSCORES')
timer = tonumber(earliest[2] or nil)

local done = {posts = 0, late = 0, duplicates = 0, edits = 0, deletes = 0, unknown = 0, clustered = 0}
local again = {}                    -- numbers of posts that were counted before
local INDEXED, PAIRED = {objects, names, texts, seen, crowd, members_of, overlaps}, {pair_weights, authors}
local REMEMBERED = {history, sizes}
local LASTING = {net_of, kept, kept_texts, kept_authors, talks}

local turn_at = 0                   -- event time (ms) at which the first of the generations ends

local function set_epoch()
  epoch, epoch_before = index_generation % EPOCHS, (index_generation - 1) % EPOCHS
  turn_at = math.min((index_generation + 1) * settings.index_horizon, (pair_generation + 1) * settings.pair_horizon,
    (memory_generation + 1) * settings.overlap_horizon)
  index_begin = index_generation * settings.index_horizon
end

local function advance(t)
  watermark = t
  if t < turn_at then return end
  local index_before, pair_before = index_generation, pair_generation
  index_generation = math.floor(t / settings.index_horizon)
  pair_generation = math.floor(t / settings.pair_horizon)
  turn(INDEXED, index_before, index_generation)
  turn(PAIRED, pair_before, pair_generation)
  local before = memory_generation
  memory_generation = math.floor(t / settings.overlap_horizon)
  turn(REMEMBERED, before, memory_generation)
  if before and before ~= memory_generation then
    copiers, copiers_before = 0, memory_generation == before + 1 and copiers or 0
  end
  set_epoch()
end

-- An edit or a deletion changes a count of an object, which renews it as a post does. delay: ms until the deletion.
local function change(number, field, by, delay)
  local c = get(objects, number)
  if not c then return end
  c[field] = math.max(0, c[field] + by)
  if delay then c.delays = Delays.count(c.delays, delay) end
  renew_more(number)
  put(objects, number, c)
  if c.kept == 1 then keep(number, c, nil, false) end
end

local function found(kind, lanes, key, author, at, links, reposts)
  next_object = next_object % 4294967295 + 1
  local c = {kind = kind, posts = 1, authors = 1, links = links, reposts = reposts, deleted = 0, samples = 0,
    kept = 0, wave = 1, since = at, group = 0, founder = key, first = at, last = at, delays = '', lanes = lanes,
    ring = author, lags = ''}
  put(objects, next_object, c)
  return next_object, c
end

-- A text that is new: nobody else has it yet, so its record is written as it is stored.
local function found_text(lanes, post)
  next_object = next_object % 4294967295 + 1
  local samples = post.text ~= '' and 1 or 0
  put_raw(objects, next_object, Record.founded(post, watermark, samples) .. lanes .. post.author)
  if samples == 1 then put(texts, next_object, struct.pack('<I2', #post.text) .. post.text) end
  return next_object
end

local function weight_of(c, repost)
  local weight = settings.weights[c.authors] or 0
  if c.kind ~= TEXT then return math.floor(weight * settings.kind_factors[c.kind + 1] / 1000) end
  if c.links >= 0.9 * c.posts then weight = math.floor(weight * settings.link_factor / 1000) end
  if repost == 1 then weight = math.floor(weight * settings.repost_factor / 1000) end
  return weight
end

-- The newcomer's ties through the object: edges, the network they make, and whether that is due.
local function tie(c, number, post)
  if c.authors >= settings.pair_members or (c.kind == TEXT and post.short) then return false end
  local weight = weight_of(c, post.repost)
  if weight == 0 then return false end
  if c.kind == REPLY and not post.fresh then weight = 0 end    -- renews ties, makes none
  local accounts = weigh(post.author, c.ring, weight)
  if #accounts > 0 then
    table.insert(accounts, 1, post.author)
    local net, n = connect(accounts, 1)
    hold(net, n, number)
  end
  return approach(c, number, post.author, weight) or #accounts > 0
end

local function join(number, c, post)
  c.posts, c.links, c.reposts = c.posts + 1, c.links + post.link, c.reposts + post.repost
  local newcomer = is_newcomer(c, number, post.author)
  if newcomer then ride(c) end
  c.last = watermark
  local more_text = false
  if newcomer then
    more_text = c.authors < settings.pair_members and sample(c, number, post.text)
    if tie(c, number, post) then c.kept = 1 end
    enter(c, number, post.author, post.lag)
    if c.kind == TEXT and not post.short and overlap(c, number, post.author) then c.kept = 1 end
    if (c.kind == TEXT or c.kind == REPOSTED) and grow(c, number, post.author, post.facts) then c.kept = 1 end
    if settings.look_alikes then group(c, number, post) end
  end
  renew_more(number)
  put(objects, number, c)
  if c.kept == 1 then keep(number, c, newcomer and post.author or nil, more_text) end
end

-- The object of a near-duplicate text.
local function by_signature(signature, post)
  local lanes = string.sub(signature, 1, LANES)
  local number, held, marks = nearest(signature, lanes)
  if number then
    join(number, get(objects, number), post)
  else
    local c
    number = found_text(lanes, post)
  end
  point(held, marks, number)
  return number
end

-- The object that a trace names, nil while a single author has named it: then the name holds that author and the first
-- post alone, for most names are said once.
local function by_name(name, post)
  local kind, held = string.byte(name), get(names, name)
  local number = held and #held < LONE_BYTES and tonumber(held)
  local c = number and get(objects, number)
  -- A hashtag that goes on for long is everybody's: who comes to it now is looked at afresh.
  if c and kind == HASHTAG and watermark - c.first > settings.hashtag_span then c = nil end
  local lone = not number and held
  local answer = nil
  if kind == REPLY then
    answer = Replies.read(name, c, lone, post)
    if not answer then return nil end
  end
  if not c then
    if not lone then
      put(names, name, struct.pack(LONE, post.author, post.key, watermark, post.link, post.repost)
        .. (answer and Replies.lone(answer, post) or ''))
      return nil
    end
    local author, key, at, link, repost = struct.unpack(LONE, held)
    if author == post.author then
      renew(names, name)
      return nil
    end
    number, c = found(kind, '', key, author, at, link, repost)
    if answer then Replies.begin(c, answer, lone) end
  end
  join(number, c, post)
  put(names, name, string.format('%d', number))
  return number
end

local function observe_post(post, text_hash, signature, author_row, number)
  local known = get(seen, post.key)
  local at = known and Seen.time(known) or post.at
  post.again = known
  if known then
    again[#again + 1] = struct.pack('<I2', number)
    if string.sub(known, 1, 4) == text_hash then
      done.duplicates = done.duplicates + 1
      return
    end
    done.edits = done.edits + 1
    for _, number in ipairs(Seen.objects(known)) do change(number, 'posts', -1) end
  else
    done.posts = done.posts + 1
    if settings.replies then Sample.take(post) end
  end
  local is_new = settings.look_alikes and not get(authors, post.author)
  put(authors, post.author, author_row)
  local row = Seen.pack(post, text_hash, at)
  if signature ~= '' then
    done.clustered = done.clustered + 1
    row = row .. struct.pack('<I4', by_signature(signature, post))
  end
  for _, name in ipairs(post.traces) do
    local number = string.byte(name) ~= CASHTAG and by_name(name, post)
    if number then row = row .. struct.pack('<I4', number) end
  end
  put(seen, post.key, row)
  if is_new then count_author(post.author, post.facts, post.tag) end
end

local function observe_delete(key, now)
  local known = get(seen, key)
  if not known then
    done.unknown = done.unknown + 1
    return
  end
  local at, deleted = Seen.time(known)
  if deleted then
    done.duplicates = done.duplicates + 1
    return
  end
  done.deletes = done.deletes + 1
  for _, number in ipairs(Seen.objects(known)) do change(number, 'deleted', 1, now - at) end
  put(seen, key, Seen.deleted(known, at))
end

if watermark then
  choose(INDEXED, index_generation)
  choose(PAIRED, pair_generation)
  choose(REMEMBERED, memory_generation)
  set_epoch()
end

local applied, stop = 0, 'end'

local apply, prefetch
do
  -- bytes of the line, event time (ms, double), kind, flags, post key, author key, text hash, bytes of author row and
  -- of text, traces, bytes of words and of signature; then signature (64 lanes, 16 slots, 16 marks, or nothing), author
  -- row, text, traces, words, position after the line. A control line has what it changes for flags, the key of that
  -- for the author row, its value for the text.
  local LINE = '<I4dBBc8c8c4I2I2BBB'
  local LINE_BYTES = 41
  local POST, DELETE, CONTROL, PASSED = 0, 1, 3, 4   -- a tick only moves the watermark, and PASSED not even that
  local LINK, SHORT = 2, 4           -- flags, besides 1 of a repost; short: a text that strangers may write by chance

  -- Read what the lines will ask for by key: many fields at once cost a fraction of one after the other. A turn on the
  -- way drops what was read; then each asks for itself.
  function prefetch(lines)
    local keys, writers, named, at = {}, {}, {}, 1
    while at <= #lines do
      local bytes, _, kind, _, key, author, _, author_bytes, text_bytes, trace_count, _, signature_bytes =
        struct.unpack(LINE, lines, at)
      if kind == POST or kind == DELETE then keys[#keys + 1] = key end
      if kind == POST then
        writers[#writers + 1] = author
        local from = at + LINE_BYTES + signature_bytes + author_bytes + text_bytes
        for trace_at = from, from + (trace_count - 1) * TRACE_BYTES, TRACE_BYTES do
          if string.byte(lines, trace_at) ~= CASHTAG then
            named[#named + 1] = string.sub(lines, trace_at, trace_at + TRACE_BYTES - 1)
          end
        end
      end
      at = at + bytes
    end
    read_ahead(seen, keys)
    if settings.look_alikes then read_ahead(authors, writers) end
    read_ahead(names, named)
    read_ahead(net_of, writers)
  end

  -- Come to the event time of a line; false where a timer is due before it.
  local function arrive(t)
    if not watermark or t > watermark then
      if timer and t >= timer then
        stop = 'timer'
        return false
      end
      advance(t)
    elseif t < watermark - settings.grace then
      done.late = done.late + 1
    end
    return true
  end

  -- Apply the line at a place; returns the place of the next, nil where the call stops before it.
  function apply(lines, at)
    local bytes, t, kind, flags, key, author, text_hash, author_bytes, text_bytes, trace_count, words_bytes,
      signature_bytes = struct.unpack(LINE, lines, at)
    if kind ~= PASSED and not arrive(t) then return nil end
    local signature_at = at + LINE_BYTES
    local author_at = signature_at + signature_bytes
    local text_at = author_at + author_bytes
    local traces_at = text_at + text_bytes
    local words_at = traces_at + trace_count * TRACE_BYTES
    local position_at = words_at + words_bytes
    if kind == POST then
      local post = {key = key, at = t, author = author, text = string.sub(lines, text_at, traces_at - 1),
        repost = flags % 2, link = math.floor(flags / LINK) % 2, short = flags >= SHORT,
        words = string.sub(lines, words_at, position_at - 1),
        facts = string.sub(lines, author_at, author_at + FACTS_BYTES - 1), traces = {}}
      for trace_at = traces_at, words_at - 1, TRACE_BYTES do
        local name = string.sub(lines, trace_at, trace_at + TRACE_BYTES - 1)
        local trace = string.byte(name)
        post.traces[#post.traces + 1] = name
        if trace == REPOSTED then post.target = name end
        if trace == HASHTAG or trace == CASHTAG then post.tag = post.tag or name end
      end
      observe_post(post, text_hash, string.sub(lines, signature_at, author_at - 1),
        string.sub(lines, author_at, text_at - 1), applied)
    elseif kind == DELETE then
      observe_delete(key, t)
    elseif kind == CONTROL and author_bytes > 0 then
      control(flags, string.sub(lines, author_at, text_at - 1), string.sub(lines, text_at, traces_at - 1))
    end
    applied = applied + 1
    position = string.sub(lines, position_at, at + bytes - 1)
    if due ~= '' then stop = 'due' end
    return at + bytes
  end
end

local lines, at = ARGV[3], 1
if watermark then prefetch(lines) end
while at and at <= #lines and stop == 'end' do at = apply(lines, at) end

local now_text = string.format('%d', watermark or 0)
again = table.concat(again)
if applied > 0 and ARGV[4] ~= '' then
  local head = struct.pack('<dI2I2', tonumber(meta[2] or '0'), applied, #again / 2)
  redis.call('RPUSH', KEYS[AT.SAID], head .. again .. ARGV[4])
end
if applied > 0 and not watermark then
  redis.call('HSET', KEYS[AT.META], 'position', position)
elseif applied > 0 then
  for _, maps in ipairs({INDEXED, PAIRED, REMEMBERED, LASTING}) do
    for _, map in ipairs(maps) do flush(map) end
  end
  save_baseline()
  Replies.save()
  Sample.save()
  redis.call('HSET', KEYS[AT.META], 'position', position, 'watermark', now_text,
    'index_generation', index_generation, 'pair_generation', pair_generation,
    'memory_generation', memory_generation, 'copiers', copiers, 'copiers_before', copiers_before,
    'next_object', next_object, 'next_net', next_net,
    'posts', tonumber(meta[10] or '0') + done.posts,
    'deleted', tonumber(meta[11] or '0') + done.deletes)
end
return {'ok', applied, position, now_text, stop, stop == 'timer' and earliest[1] or due, again,
  done.posts, done.late, done.duplicates, done.edits, done.deletes, done.unknown, done.clustered}
