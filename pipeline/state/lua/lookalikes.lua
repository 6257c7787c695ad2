-- Part of observe.lua: look-alikes. Accounts that were bought or farmed together have followers, following and births
-- bunched beyond what the stream's own accounts show. A scan over the authors of one object finds that: of each field
-- the most crowded window is compared with the share q that the stream has there,
--   e = n KL(k/n || q) - ln(windows),
-- a Chernoff bound on -ln p (natural log), the choice of the window paid for. Evidence is kept in millionths, rounded
-- before it is compared, so that a last digit of a logarithm decides nothing.
-- Test: tests/property/test_state.py, tests/support/lookalikes.py

local FACTS = '<BBI2I4I4'           -- bins of followers, following and birth; hashes of client and of link domain
local FACTS_BYTES = 12              -- they stand at the start of an author row as well
local UNKNOWN = {255, 255, 65535}
local NO_FACTS = '\255\255\255\255'
local WIDTH = {4, 4, 3}             -- bins of a window: 0.4 decades, 0.4 decades, 30 days
local SPAN = {70, 70, 450}          -- bins in all
local BIRTH = 3
local SMOOTHED = {true, true, false}  -- fields with a prior; births wait for the stream's own
local MILLION = 1000000
local SCANNED_MEMBERS = 512         -- beyond it an object is everybody's

-- open group: of each field in use, first bin, evidence, members in the window, members known, share of the stream;
-- then members inside and outside, odds of a stranger inside, the first member
local GROUP_FIELD = '<Bi2I4I2I2I4'
local GROUP_FIELD_BYTES = 15
local GROUP_TAIL = '<I4I4dc8'

local function log_windows(field) return math.log(SPAN[field] / WIDTH[field]) end

-- The stream's own accounts ------------------------------------------------------------------------------------------

-- Counts of facts: how many have each field, in which bins they are, which clients they use.
local function no_facts() return {known = {0, 0, 0}, bins = {{}, {}, {}}, clients = {}, with_client = 0} end

-- Count the facts at a place of a row; returns the three bins and the domain.
local function add(counts, row, at)
  local followers, following, birth, client, domain = struct.unpack(FACTS, row, at)
  local facts = {followers, following, birth}
  for field = 1, 3 do
    local bin = facts[field]
    if bin ~= UNKNOWN[field] then
      counts.known[field] = counts.known[field] + 1
      counts.bins[field][bin] = (counts.bins[field][bin] or 0) + 1
    end
  end
  if client ~= 0 then
    counts.with_client = counts.with_client + 1
    counts.clients[client] = (counts.clients[client] or 0) + 1
  end
  return facts, domain
end

local baseline, baseline_changed = nil, false

local function new_baseline()
  local new = no_facts()
  new.since, new.authors = watermark, 0
  return new
end

local function load_baseline()
  if baseline then return end
  local held = redis.call('HMGET', KEYS[BASELINE], 'now', 'before')
  baseline = {now = held[1] and cmsgpack.unpack(held[1]) or new_baseline(),
    before = held[2] and cmsgpack.unpack(held[2]) or new_baseline()}
end

local function save_baseline()
  if not baseline_changed then return end
  redis.call('HSET', KEYS[BASELINE], 'now', cmsgpack.pack(baseline.now), 'before', cmsgpack.pack(baseline.before))
end

-- Count an author who has not been seen within the pair horizon, but for members of known networks, which would hide
-- themselves; a generation ends when it has both the age and the authors.
local function count_author(author, facts)
  local net = get(net_of, author)
  if net and is_known(net) then return end
  load_baseline()
  local now = baseline.now
  if watermark - now.since >= settings.baseline_age and now.authors >= settings.baseline_authors then
    baseline.before = now
    now = new_baseline()
    baseline.now = now
  end
  if now.authors >= settings.baseline_cap then return end
  baseline_changed = true
  now.authors = now.authors + 1
  add(now, facts, 1)
end

-- The stream's share of a window, smoothed.
local function share(field, first)
  local now, before = baseline.now, baseline.before
  local count = WIDTH[field]
  local total = now.known[field] + before.known[field] + SPAN[field]
  for bin = first, first + WIDTH[field] - 1 do
    count = count + (now.bins[field][bin] or 0) + (before.bins[field][bin] or 0)
  end
  if SMOOTHED[field] then
    total = total + settings.prior_weight
    for bin = math.max(0, first), first + WIDTH[field] - 1 do count = count + (settings.prior[bin + 1] or 0) / 1000 end
  end
  return math.min(0.999, count / total)
end

-- The scan -----------------------------------------------------------------------------------------------------------

local function divergence(x, q)
  local inside = x > 0 and x * math.log(x / q) or 0
  local outside = x < 1 and (1 - x) * math.log((1 - x) / (1 - q)) or 0
  return inside + outside
end

-- The most crowded window: evidence (millionths), members in it, its first bin, the stream's share. Ties: smallest bin.
local function scan(field, bins, n)
  local best = {evidence = 0, inside = 0, known = n, first = 0, share = 0}
  local places = {}
  for bin in pairs(bins) do places[#places + 1] = bin end
  table.sort(places)
  local width = WIDTH[field]
  for _, place in ipairs(places) do
    for first = place - width + 1, place, width - 1 do
      local k = 0
      for bin = first, first + width - 1 do k = k + (bins[bin] or 0) end
      if 2 * k >= n or k >= settings.group_authors then
        local q = share(field, first)
        if k / n > q then
          local evidence = math.floor((n * divergence(k / n, q) - log_windows(field)) * MILLION + 0.5)
          if evidence > best.evidence then
            best = {evidence = evidence, inside = k, known = n, first = first, share = q}
          end
        end
      end
    end
  end
  return best
end

-- Whether a member's facts lie in the windows: in any of them for a text, which strangers hardly share, else in all.
local function looks_alike(facts, windows, kind)
  local seen_any, all = false, true
  for field = 1, 3 do
    local window, value = windows[field], facts[field]
    if window and value ~= UNKNOWN[field] then
      if value >= window.first and value < window.first + WIDTH[field] then
        seen_any = true
      else
        all = false
      end
    end
  end
  return seen_any and (all or kind == TEXT)
end

-- An app or a share button explains copies of a text: one link domain in most posts, or clients that hardly anybody
-- uses.
local function is_app(c, t)
  if 2 * c.reposts >= c.posts then return false end
  for _, count in pairs(t.domains) do
    if 10 * count >= 6 * t.n then return true end
  end
  if 2 * t.with_client < t.n then return false end
  local total = baseline.now.with_client + baseline.before.with_client
  local rare = 0
  for client, count in pairs(t.clients) do
    local users = (baseline.now.clients[client] or 0) + (baseline.before.clients[client] or 0)
    if 100 * users < total then rare = rare + count end
  end
  return 2 * rare >= t.with_client
end

-- Facts of all authors of an object, counted.
local function tally(rows)
  local t = no_facts()
  t.n, t.domains, t.facts, t.authors = #rows / MEMBER_BYTES, {}, {}, {}
  for at = 1, #rows, MEMBER_BYTES do
    local facts, domain = add(t, rows, at + 8)
    t.facts[#t.facts + 1] = facts
    t.authors[#t.authors + 1] = string.sub(rows, at, at + 7)
    if domain ~= 0 then t.domains[domain] = (t.domains[domain] or 0) + 1 end
  end
  return t
end

-- Windows in which the group is bunched, nil where it is not; second result: the authors in them.
local function bunched(c, t)
  local windows, total, second, first = {}, 0, 0, 0
  for field = 1, 3 do
    local old_enough = field ~= BIRTH
      or baseline.now.known[BIRTH] + baseline.before.known[BIRTH] >= settings.baseline_births
    if t.known[field] >= settings.group_authors and old_enough then
      local found = scan(field, t.bins[field], t.known[field])
      total = total + found.evidence
      if found.evidence > first then
        first, second = found.evidence, first
      elseif found.evidence > second then
        second = found.evidence
      end
      if found.evidence >= settings.group_second then windows[field] = found end
    end
  end
  if total < settings.group_evidence or second < settings.group_second then return nil end
  local alike = {}
  for i, facts in ipairs(t.facts) do
    if looks_alike(facts, windows, c.kind) then alike[#alike + 1] = t.authors[i] end
  end
  if #alike < settings.group_alike then return nil end
  return windows, alike
end

local function pack_group(windows, inside, outside, odds, anchor)
  local row = ''
  for field = 1, 3 do
    local w = windows[field]
    row = row .. (w and struct.pack(GROUP_FIELD, 1, w.first, w.evidence, w.inside, w.known,
      math.floor(w.share * MILLION + 0.5)) or struct.pack(GROUP_FIELD, 0, 0, 0, 0, 0, 0))
  end
  return row .. struct.pack(GROUP_TAIL, inside, outside, odds, anchor)
end

-- A group has been found: its accounts are a network, together with those it is known from. Those who belong to other
-- networks stay there. Returns the first of the network's own, to whom the others are tied.
local function found_group(number, alike, name)
  local before = name and redis.call('HGET', KEYS[NAMED], name)
  local also = before and get(net_of, before) or nil
  local net, n = connect(alike, settings.group_shared, also)
  hold(net, n, number)
  if not is_known(net) then mark_due(net) end
  local anchor = nil
  for _, author in ipairs(alike) do
    if get(net_of, author) == net then
      if anchor then edge(anchor, author) else anchor = author end
    end
  end
  anchor = anchor or before or alike[1]
  if name then redis.call('HSET', KEYS[NAMED], name, anchor) end
  return anchor
end

-- Take a newcomer into the object's open group while chance would put few strangers into its windows.
local function follow(c, number, author, facts)
  local row = redis.call('HGET', KEYS[ALIKE], number)
  if not row then return end
  local windows = {}
  for field = 1, 3 do
    local used, first = struct.unpack(GROUP_FIELD, row, (field - 1) * GROUP_FIELD_BYTES + 1)
    if used == 1 then windows[field] = {first = first} end
  end
  local inside, outside, odds, anchor = struct.unpack(GROUP_TAIL, row, 3 * GROUP_FIELD_BYTES + 1)
  local alike = looks_alike({struct.unpack(FACTS, facts)}, windows, c.kind)
  if alike then inside = inside + 1 else outside = outside + 1 end
  redis.call('HSET', KEYS[ALIKE], number, string.sub(row, 1, 3 * GROUP_FIELD_BYTES)
    .. struct.pack(GROUP_TAIL, inside, outside, odds, anchor))
  if alike and 10 * outside * odds <= inside then include(number, anchor, author) end
end

-- Whether a group is scanned at this size: at 8 to 15 at every newcomer, at 16 to 31 at every second, and so on, so that
-- a newcomer costs the same however large the group is.
local function is_due(n)
  if n < settings.group_authors then return false end
  local step = 1
  while 16 * step <= n do step = 2 * step end
  return n % step == 0
end

-- The object's newcomer: remember its facts, and look whether the authors are bunched.
local function group(c, number, author, facts, name)
  if c.authors > SCANNED_MEMBERS or string.sub(facts, 1, 4) == NO_FACTS then return end
  local rows = get(members_of, number)
  if not rows then
    rows = ''
    for at = 1, #c.ring - 8, 8 do      -- all before the newcomer: an object gets its rows at the second author
      local earlier = string.sub(c.ring, at, at + 7)
      local known = get(authors, earlier)
      if known then rows = rows .. earlier .. string.sub(known, 1, FACTS_BYTES) end
    end
  end
  rows = rows .. author .. facts
  put(members_of, number, rows)
  if c.group == OPEN then return follow(c, number, author, facts) end
  if not is_due(#rows / MEMBER_BYTES) then return end
  load_baseline()
  local t = tally(rows)
  local windows, alike = bunched(c, t)
  if not windows or is_app(c, t) then return end
  local least = 1
  for field = 1, 3 do
    if windows[field] then least = math.min(least, windows[field].share) end
  end
  c.group, c.kept = OPEN, 1
  local anchor = found_group(number, alike, name)
  redis.call('HSET', KEYS[ALIKE], number, pack_group(windows, #alike, t.n - #alike, least / (1 - least), anchor))
end
