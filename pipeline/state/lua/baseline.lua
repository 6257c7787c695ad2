-- Part of observe.lua: the facts of accounts in bins, and the baseline: histograms of the stream's own authors, in two
-- generations of at least a day, over a prior. Members of known networks stay out, else they would hide themselves.
-- Test: tests/property/test_state.py, tests/support/lookalikes.py

local NO_FACTS = '\255\255\255\255'
local SPAN = {70, 70, 450}          -- bins in all
local BIRTH = 3
local SMOOTHED = {true, true, false}  -- fields with a prior; births wait for the stream's own
local MILLION = 1000000
local SCANNED_MEMBERS = 512         -- beyond it an object is everybody's

-- Counts of facts: how many have each field, in which bins they are, which clients they use.
local function no_facts() return {known = {0, 0, 0}, bins = {{}, {}, {}}, clients = {}, with_client = 0} end

-- Count the facts at a place of a row; returns the domain.
local function add(counts, row, at)
  local followers, following, birth, client, domain = struct.unpack(FACTS, row, at)
  local known, bins = counts.known, counts.bins
  if followers ~= UNKNOWN[1] then
    known[1] = known[1] + 1
    bins[1][followers] = (bins[1][followers] or 0) + 1
  end
  if following ~= UNKNOWN[2] then
    known[2] = known[2] + 1
    bins[2][following] = (bins[2][following] or 0) + 1
  end
  if birth ~= UNKNOWN[3] then
    known[3] = known[3] + 1
    bins[3][birth] = (bins[3][birth] or 0) + 1
  end
  if client ~= 0 then
    counts.with_client = counts.with_client + 1
    counts.clients[client] = (counts.clients[client] or 0) + 1
  end
  return domain
end

local baseline, baseline_changed = nil, false

local function new_baseline()
  local new = no_facts()
  new.since, new.authors = watermark, 0
  return new
end

local function load_baseline()
  if baseline then return end
  local held = redis.call('HMGET', KEYS[AT.BASELINE], 'now', 'before', 'number')
  baseline = {now = held[1] and cmsgpack.unpack(held[1]) or new_baseline(),
    before = held[2] and cmsgpack.unpack(held[2]) or new_baseline(), number = tonumber(held[3] or 0)}
end

local function save_baseline()
  if not baseline_changed then return end
  redis.call('HSET', KEYS[AT.BASELINE], 'now', cmsgpack.pack(baseline.now), 'before', cmsgpack.pack(baseline.before),
    'number', baseline.number)
end

-- Count an author who has not been seen within the pair horizon, but for members of known networks, which would hide
-- themselves; a generation ends when it has both the age and the authors.
local function count_author(author, facts, tag)
  local net = get(net_of, author)
  if net and is_known(net) then return end
  load_baseline()
  local now = baseline.now
  if watermark - now.since >= settings.baseline_age and now.authors >= settings.baseline_authors then
    baseline.before = now
    now = new_baseline()
    baseline.now = now
    baseline.number = baseline.number + 1
    redis.call('UNLINK', KEYS[AT.TAGS + baseline.number % 2])
  end
  if now.authors >= settings.baseline_cap then return end
  baseline_changed = true
  now.authors = now.authors + 1
  add(now, facts, 1)
  if tag then redis.call('HINCRBY', KEYS[AT.TAGS + baseline.number % 2], tag, 1) end
end

-- Whether so few of the stream's authors use a tag that those who do have something in common.
local function is_rare(tag)
  load_baseline()
  local authors = baseline.now.authors + baseline.before.authors
  if authors < settings.baseline_births then return false end
  local even, odd = redis.call('HGET', KEYS[AT.TAGS], tag), redis.call('HGET', KEYS[AT.TAGS + 1], tag)
  local users = tonumber(even or 0) + tonumber(odd or 0)
  return users * settings.rare_share <= authors
end

-- The stream's share of a window, smoothed.
local function share(field, first)
  local now, before, width = baseline.now, baseline.before, WIDTH[field]
  local fresh, older = now.bins[field], before.bins[field]
  local count = width
  local total = now.known[field] + before.known[field] + SPAN[field]
  for bin = first, first + width - 1 do count = count + (fresh[bin] or 0) + (older[bin] or 0) end
  if SMOOTHED[field] then
    local prior = settings.prior
    total = total + settings.prior_weight
    for bin = math.max(0, first), first + width - 1 do count = count + (prior[bin + 1] or 0) / 1000 end
  end
  return math.min(0.999, count / total)
end
