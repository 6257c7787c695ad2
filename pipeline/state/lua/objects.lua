-- Part of observe.lua: objects, which are what traces point at: a cluster of near-duplicate texts, a repost target, ...
-- Text clusters are found through a table of band slots. A slot of 40 bits holds the number of the object written there
-- last and, in its low byte, a mark of the band, which tells most bands of one slot apart, and the index generation of
-- that moment: an older one than the last two is dead; eight later it is taken for alive, which finds the object if
-- others of its texts have kept it so.
-- Test: tests/property/test_state.py

-- record: posts, authors, with link, reposts, deleted, samples, kept, authors of the wave (u32 each), kind and group
-- (u8), founding post (8 bytes), first, last, begin of the wave (ms, doubles); of answers what they answer: author (8
-- bytes), time (6), words after a byte of length; where something was deleted the delays of that; of a text cluster 64
-- lanes; then up to RING author keys of 8 bytes, oldest first, and of answers as many delays, a byte each.
local LANES = 64
local RING = 40
local LONE_BYTES = 26             -- of a name's only author; replies.lua adds to it
local SAMPLES = 10
local KEPT_MEMBERS = 128          -- authors of an object that a network keeps
local SLOTS = '<' .. string.rep('I4', 16)
local SLOT_BITS = 40
local MARKS_AT = LANES + 4 * 16 + 1
local EPOCHS = 8                  -- index generations told apart; a mark is a multiple of it
local Record = {}

do
  local HEADER = '<I4I4I4I4I4I4I4I4BBc8ddd'
  local HEADER_BYTES = 66
  local DELETED_TO_KIND = '<I4I4I4I4B'
  local DELETED_AT = 17
  local ANSWERED = '<c8I6Bc0'
  local ANSWERED_BYTES = 15         -- and the words

  function Record.header(c)
    return struct.pack(HEADER, c.posts, c.authors, c.links, c.reposts, c.deleted, c.samples, c.kept, c.wave, c.kind,
      c.group, c.founder, c.first, c.last, c.since)
      .. (c.kind == REPLY and struct.pack(ANSWERED, c.target, c.base, #c.words, c.words) or '') .. c.delays
  end

  -- Header of a text as its first post founds it.
  function Record.founded(post, at, samples)
    return struct.pack(HEADER, 1, 1, post.link, post.repost, 0, samples, 0, 1, TEXT, 0, post.key, at, at, at)
  end

  -- Bytes of a stored header, whose length depends on what it tells; second result: of it without delays of deletions.
  function Record.header_bytes(record)
    local deleted, _, _, _, kind = struct.unpack(DELETED_TO_KIND, record, DELETED_AT)
    local answered = kind == REPLY and ANSWERED_BYTES + string.byte(record, HEADER_BYTES + ANSWERED_BYTES) or 0
    return HEADER_BYTES + answered + (deleted > 0 and Delays.BYTES or 0), HEADER_BYTES + answered
  end

  -- Author keys, and of answers the delay of each, '' of others.
  function Record.split(kind, row)
    if kind ~= REPLY then return row, '' end
    local keys = 8 * #row / 9
    return string.sub(row, 1, keys), string.sub(row, keys + 1)
  end

  function Record.decode(record)
    local posts, authors, links, reposts, deleted, samples, kept, wave, kind, group, founder, first, last, since =
      struct.unpack(HEADER, record)
    local header_end, delays_at = Record.header_bytes(record)
    local ring_at = header_end + 1 + (kind == TEXT and LANES or 0)
    local ring, lags = Record.split(kind, string.sub(record, ring_at))
    local c = {posts = posts, authors = authors, links = links, reposts = reposts, deleted = deleted, samples = samples,
      kept = kept, wave = wave, since = since, kind = kind, group = group, founder = founder, first = first,
      last = last, delays = string.sub(record, delays_at + 1, header_end),
      lanes = string.sub(record, header_end + 1, ring_at - 1), ring = ring, lags = lags}
    if kind == REPLY then c.target, c.base, c.words = struct.unpack(ANSWERED, record, HEADER_BYTES + 1) end
    return c
  end

  -- Where the lanes of a stored text begin.
  function Record.lanes_at(record)
    return HEADER_BYTES + 1 + (struct.unpack('<I4', record, DELETED_AT) > 0 and Delays.BYTES or 0)
  end

  function Record.encode(c) return Record.header(c) .. c.lanes .. c.ring .. c.lags end
end

local objects = generations(AT.OBJECTS, Record.decode, Record.encode)
local names = generations(AT.NAMES)
local texts = generations(AT.TEXTS)
local authors = generations(AT.AUTHORS)
local crowd = generations(AT.CROWD)

local epoch, epoch_before = 0, 0      -- low bytes of living slots
local read_args, write_args = {}, {}  -- filled anew for every post: tables that grow cost more than what is in them
for i = 0, 15 do
  read_args[3 * i + 1], read_args[3 * i + 2], read_args[3 * i + 3] = 'GET', 'u40', ''
  write_args[4 * i + 1], write_args[4 * i + 2] = 'SET', 'u40'
  write_args[4 * i + 3], write_args[4 * i + 4] = '', ''
end

-- How many of the 64 lanes are equal; 0 as soon as they cannot be `wanted` any more. mine: the lanes as numbers; theirs
-- stand at a place of a row.
local function alike(mine, row, at, wanted)
  local equal, left = 0, LANES
  for from = 1, LANES, 16 do
    local a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p = string.byte(row, at + from - 1, at + from + 14)
    if mine[from] == a then equal = equal + 1 end
    if mine[from + 1] == b then equal = equal + 1 end
    if mine[from + 2] == c then equal = equal + 1 end
    if mine[from + 3] == d then equal = equal + 1 end
    if mine[from + 4] == e then equal = equal + 1 end
    if mine[from + 5] == f then equal = equal + 1 end
    if mine[from + 6] == g then equal = equal + 1 end
    if mine[from + 7] == h then equal = equal + 1 end
    if mine[from + 8] == i then equal = equal + 1 end
    if mine[from + 9] == j then equal = equal + 1 end
    if mine[from + 10] == k then equal = equal + 1 end
    if mine[from + 11] == l then equal = equal + 1 end
    if mine[from + 12] == m then equal = equal + 1 end
    if mine[from + 13] == n then equal = equal + 1 end
    if mine[from + 14] == o then equal = equal + 1 end
    if mine[from + 15] == p then equal = equal + 1 end
    left = left - 16
    if equal + left < wanted then return 0 end
  end
  return equal
end

-- Number of the living cluster nearest to a signature, or nil; then the slots as read and the marks of the bands.
local function nearest(signature, lanes)
  local slots = {struct.unpack(SLOTS, signature, LANES + 1)}
  local marks = {string.byte(signature, MARKS_AT, -1)}
  for i = 1, 16 do read_args[3 * i] = SLOT_BITS * slots[i] end
  local held = redis.call('BITFIELD_RO', KEYS[AT.BANDS], unpack(read_args))
  local numbers, known = {}, {}
  for i = 1, 16 do
    local value = held[i]
    local low = value % 256
    local age = low - marks[i]
    if age == epoch or age == epoch_before then
      local number = (value - low) / 256
      if number ~= 0 and not known[number] then
        known[number] = true
        numbers[#numbers + 1] = number
      end
    end
  end
  if #numbers == 0 then return nil, held, marks end
  local best, best_equal = nil, settings.equal_lanes - 1
  local mine = {string.byte(lanes, 1, LANES)}
  for i, c in ipairs(get_raw(objects, numbers)) do
    if c then
      local row, at = c, 1
      if type(c) == 'table' then row = c.lanes else at = Record.lanes_at(c) end
      local equal = alike(mine, row, at, best_equal)
      if equal > best_equal or (equal == best_equal and best and numbers[i] < best) then
        best, best_equal = numbers[i], equal
      end
    end
  end
  return best, held, marks
end

-- Point at a cluster every slot, of those read last, that does not do so yet. Two bands of a text may share a slot, and
-- the later one marks it: once one has overwritten a mark of this cluster all that follow are written, so it stays so.
local function point(held, marks, number)
  local own, used, all = number * 256, 0, false
  for i = 1, 16 do
    local marked = own + epoch + marks[i]
    if all or held[i] ~= marked then
      all = all or (held[i] >= own and held[i] < own + 256)
      write_args[used + 3], write_args[used + 4] = read_args[3 * i], marked
      used = used + 4
    end
  end
  if used > 0 then redis.call('BITFIELD', KEYS[AT.BANDS], unpack(write_args, 1, used)) end
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

-- Facts of the object's authors, of as many as a group has (lookalikes.lua).
local members_of = generations(AT.GROUPS)
local MEMBER_BYTES = 20

-- Samples and facts of authors live as long as their object: they move on with it.
local function renew_more(number)
  if not objects.old[number] then return end
  renew(texts, number)
  if settings.look_alikes then renew(members_of, number) end
end

-- Keys of the authors, as many as are known still, in the order of joining; of answers with their delays.
local function all_authors(number, c)
  if c.kind == REPLY then return c.ring .. c.lags end
  local rows = c.authors > RING and get(members_of, number)
  if not rows then return c.ring end
  local keys = {}
  for at = 1, #rows, MEMBER_BYTES do keys[#keys + 1] = string.sub(rows, at, at + 7) end
  return table.concat(keys, '', 1, math.min(#keys, KEPT_MEMBERS))
end

-- Whether the author is new to the object; beyond RING authors the crowd remembers them for the index horizon.
local function is_newcomer(c, number, author)
  if has(c.ring, author) then return false end
  if c.authors <= RING then return true end
  local field = number .. ':' .. author
  renew(crowd, field)
  return not crowd.values[field]
end

-- Add a newcomer; authors who leave the ring stay in the crowd. lag: of an answer, its delay.
local function enter(c, number, author, lag)
  c.authors = c.authors + 1
  if c.authors == RING + 1 then
    for at = 1, #c.ring, 8 do put(crowd, number .. ':' .. string.sub(c.ring, at, at + 7), '') end
  end
  if c.authors > RING then put(crowd, number .. ':' .. author, '') end
  c.ring = c.ring .. author
  if #c.ring > 8 * RING then c.ring = string.sub(c.ring, 9) end
  if c.kind ~= REPLY then return end
  c.lags = c.lags .. string.char(lag)
  if #c.lags > RING then c.lags = string.sub(c.lags, 2) end
end

-- A wave: one author after the other, each within `wave_gap` of the one before. Called before an author is added.
local function ride(c)
  if watermark - c.last > settings.wave_gap then c.wave, c.since = 0, watermark end
  c.wave = c.wave + 1
end

-- Whether a text is so old that who copies it now may just have read it, whatever he looks like.
local function is_late(c)
  return settings.look_alikes and c.kind == TEXT and watermark - c.first > settings.rush_span
end

-- Whether the newcomer comes with a wave: then he is no believer who found the text and copied it.
local function in_wave(c)
  return c.wave > settings.wave_authors and watermark - c.since <= settings.wave_span
end

-- Keep a text that differs from the samples so far; of objects that are there for look-alikes only once some are found.
local function sample(c, number, text)
  if c.samples >= SAMPLES or text == '' or (c.kind >= HASHTAG and c.group ~= OPEN) then return false end
  local held = c.samples > 0 and get(texts, number) or ''
  local row = struct.pack('<I2', #text) .. text
  if string.find(held, row, 1, true) then return false end
  put(texts, number, held .. row)
  c.samples = c.samples + 1
  return true
end
