-- Part of observe.lua: look-alikes. Accounts that were bought or farmed together have followers, following and births
-- bunched beyond what the stream's own accounts show. A scan over the authors of one object finds that: of each field
-- the most crowded window is compared with the share q that the stream has there,
--   e = n KL(k/n || q) - ln(windows),
-- a Chernoff bound on -ln p (natural log), the choice of the window paid for. Evidence is kept in millionths, rounded
-- before it is compared, so that a last digit of a logarithm decides nothing.
-- Test: tests/property/test_state.py, tests/support/lookalikes.py

local group
do  -- a script has 200 locals at most: what only this part uses stays in it

-- open group: of each field in use, first bin, evidence, members in the window, members known, share of the stream;
-- then authors, those in all of the windows, those in any; odds of a stranger in all and in any; the first member; what
-- explains the copies
local GROUP_FIELD = '<Bi2I4I2I2I4'
local GROUP_FIELD_BYTES = 15
local GROUP_TAIL = '<I4I4I4ddc8B'
local NOTHING, ONE_DOMAIN, RARE_CLIENTS = 0, 1, 2
local CLIENT = 4                    -- the field after the three that have windows

local function log_windows(field) return math.log(SPAN[field] / WIDTH[field]) end

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
  local least = math.min(settings.group_authors, n / 2)
  for i = 1, #places do
    local place = places[i]
    for first = place - width + 1, place, width - 1 do
      local k = 0
      for bin = first, first + width - 1 do k = k + (bins[bin] or 0) end
      if k >= least then
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

-- Whether an account's facts lie in all of the windows, as far as they are known, and whether in any.
local function looks_alike(facts, windows)
  local any, all = false, true
  for field = 1, 3 do
    local window, value = windows[field], facts[field]
    if window and value ~= UNKNOWN[field] then
      if value >= window.first and value < window.first + WIDTH[field] then
        any = true
      else
        all = false
      end
    end
  end
  return any and all, any
end

-- Whether chance would put few strangers among the `inside` of `n` authors: one for `per_stranger` of them at most.
local function few_strangers(n, inside, odds) return settings.per_stranger * (n - inside) * odds <= inside end

-- Odds of a stranger in all of the windows, taken for those of the narrowest, and in any of them.
local function odds_of(windows)
  local least, outside = 1, 1
  for field = 1, 3 do
    local q = windows[field] and windows[field].share
    if q then least, outside = math.min(least, q), outside * (1 - q) end
  end
  return least / (1 - least), (1 - outside) / outside
end

-- What explains copies of a text without a campaign, for the benign gate to weigh: one link domain in most posts, or
-- clients that hardly anybody uses.
local function explained(c, t)
  if 2 * c.reposts >= c.posts then return NOTHING end
  for _, count in pairs(t.domains) do
    if 10 * count >= 6 * t.n then return ONE_DOMAIN end
  end
  if 2 * t.with_client < t.n then return NOTHING end
  local total = baseline.now.with_client + baseline.before.with_client
  local rare = 0
  for client, count in pairs(t.clients) do
    local users = (baseline.now.clients[client] or 0) + (baseline.before.clients[client] or 0)
    if 100 * users < total then rare = rare + count end
  end
  return 2 * rare >= t.with_client and RARE_CLIENTS or NOTHING
end

local tallies = {}                  -- of objects looked at in this call: so a crowd is counted once a call

-- Facts of all authors of an object, counted. Its rows only grow.
local function tally(number, rows)
  local t = tallies[number]
  if not t then
    t = no_facts()
    t.n, t.domains = 0, {}
    tallies[number] = t
  end
  local domains = t.domains
  for at = t.n * MEMBER_BYTES + 1, #rows, MEMBER_BYTES do
    local domain = add(t, rows, at + 8)
    if domain ~= 0 then domains[domain] = (domains[domain] or 0) + 1 end
  end
  t.n = #rows / MEMBER_BYTES
  return t
end

-- Whether so many wrote the same text themselves within so short a time that less is asked of their looks.
local function in_rush(c)
  if c.kind ~= TEXT or 2 * c.reposts >= c.posts then return false end
  return (c.wave >= settings.rush_authors and watermark - c.since <= settings.rush_span)
    or (c.authors >= settings.rush_authors and watermark - c.first <= settings.rush_span)
end

-- One client for nearly all who repost: evidence as of a window. Windows stay silent of it, for clients are shared.
local function one_client(t)
  local best, most = nil, 0
  for client, count in pairs(t.clients) do
    if count > most or (count == most and client < best) then best, most = client, count end
  end
  local now, before = baseline.now, baseline.before
  local q = ((now.clients[best] or 0) + (before.clients[best] or 0) + 1) / (now.with_client + before.with_client + 20)
  local x = most / t.with_client
  if x <= q then return nil end
  local evidence = math.floor((t.with_client * divergence(x, math.min(0.999, q)) - math.log(20)) * MILLION + 0.5)
  if evidence <= 0 then return nil end
  return {evidence = evidence, inside = most, known = t.with_client, first = 0, share = q}
end

-- Windows in which the group is bunched, nil where it is not, the authors in all of them, and those in any.
local function bunched(c, t, rows)
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
  if 10 * c.reposts >= 9 * c.posts and t.with_client >= settings.group_authors then
    windows[CLIENT] = one_client(t)
    if windows[CLIENT] then total = total + windows[CLIENT].evidence end
  end
  local plain = total >= settings.group_evidence and second >= settings.group_second
  if not plain and first < settings.group_single and not (in_rush(c) and total >= settings.rush_evidence) then
    return nil
  end
  local in_all, in_any = {}, {}
  for at = 1, #rows, MEMBER_BYTES do
    local author = string.sub(rows, at, at + 7)
    local all, any = looks_alike({struct.unpack(FACTS, rows, at + 8)}, windows)
    if all then in_all[#in_all + 1] = author end
    if any then in_any[#in_any + 1] = author end
  end
  return windows, in_all, in_any
end

-- Whether one window is enough to belong to the group: in a wave, and at an author whom a ring reposts. Between waves
-- those who believe a text copy it, too.
local function is_wide(c) return c.kind == REPOSTED or (c.kind == TEXT and in_wave(c)) end

-- Those of an object who belong to the group: who lies in any of the windows where one is enough and few strangers are
-- to be expected, or where the windows are too wide to tell a text's strangers apart; else who lies in all of them.
local function members_among(c, t, windows, in_all, in_any, odds_any)
  if c.kind == TEXT and (is_wide(c) or not is_narrow(windows)) then return in_any end
  if c.kind == REPOSTED and few_strangers(t.n, #in_any, odds_any) then return in_any end
  return in_all
end

local function pack_group(windows, tail)
  local row = ''
  for field = 1, CLIENT do
    local w = windows[field]
    row = row .. (w and struct.pack(GROUP_FIELD, 1, w.first, w.evidence, w.inside, w.known,
      math.floor(w.share * MILLION + 0.5)) or struct.pack(GROUP_FIELD, 0, 0, 0, 0, 0, 0))
  end
  return row .. tail
end

-- A group has been found: its accounts are a network, together with those it is known from. Those who belong to other
-- networks stay there. Returns the first of the network's own, to whom the others are tied.
local function found_group(number, alike, names, windows)
  local before, also = nil, {}
  for _, name in ipairs(names) do
    local member = redis.call('HGET', KEYS[AT.NAMED], name)
    before = before or member
    also[#also + 1] = member and get(net_of, member) or nil
  end
  local net, n = connect(alike, settings.group_shared, also)
  add_profile(net, windows)
  hold(net, n, number)
  mark_found(net, n)
  local anchor = nil
  for _, author in ipairs(alike) do
    if get(net_of, author) == net then
      if anchor then edge(anchor, author, settings.ring_horizon) else anchor = author end
    end
  end
  -- Bursts of one ring hang together by their first accounts: each has fresh ones.
  if anchor and before and anchor ~= before and get(net_of, before) == net then
    edge(before, anchor, settings.ring_horizon)
  end
  anchor = anchor or before or alike[1]
  for _, name in ipairs(names) do redis.call('HSET', KEYS[AT.NAMED], name, anchor) end
  return anchor
end

-- Take a newcomer into the object's open group while chance would put few strangers into its windows.
local function follow(c, number, author, facts)
  local row = redis.call('HGET', KEYS[AT.ALIKE], number)
  if not row then return end
  local windows = {}
  for field = 1, 3 do
    local used, first = struct.unpack(GROUP_FIELD, row, (field - 1) * GROUP_FIELD_BYTES + 1)
    if used == 1 then windows[field] = {first = first} end
  end
  local n, in_all, in_any, odds_all, odds_any, anchor, benign =
    struct.unpack(GROUP_TAIL, row, CLIENT * GROUP_FIELD_BYTES + 1)
  local all, any = looks_alike({struct.unpack(FACTS, facts)}, windows)
  n, in_all, in_any = n + 1, in_all + (all and 1 or 0), in_any + (any and 1 or 0)
  redis.call('HSET', KEYS[AT.ALIKE], number, string.sub(row, 1, CLIENT * GROUP_FIELD_BYTES)
    .. struct.pack(GROUP_TAIL, n, in_all, in_any, odds_all, odds_any, anchor, benign))
  if (any and is_wide(c) and few_strangers(n, in_any, odds_any))
    or (all and not is_late(c) and few_strangers(n, in_all, odds_all)) then
    include(number, anchor, author, settings.ring_horizon)
  end
end

-- Whether a group is scanned at this size: at 8 to 15 at every newcomer, at 16 to 31 at every second, and so on, so
-- that a newcomer costs the same however large the group is.
local function is_due(n)
  if n < settings.group_authors then return false end
  local step = 1
  while 16 * step <= n do step = 2 * step end
  return n % step == 0
end

-- What a ring comes back to: the author it reposts, and a tag that hardly anybody else uses.
local function ring_names(post)
  local names = {post.target}
  if post.tag and is_rare(post.tag) then names[#names + 1] = post.tag end
  return names
end

-- The object's newcomer: remember its facts, and look whether the authors are bunched.
function group(c, number, post)
  local author, facts = post.author, post.facts
  if c.authors > SCANNED_MEMBERS or string.sub(facts, 1, 4) == NO_FACTS then return end
  local rows = c.authors > 2 and get(members_of, number)
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
  local t = tally(number, rows)
  local windows, in_all, in_any = bunched(c, t, rows)
  if not windows then return end
  local odds_all, odds_any = odds_of(windows)
  local alike = members_among(c, t, windows, in_all, in_any, odds_any)
  if math.max(#alike, c.kind == TEXT and #in_any or 0) < settings.group_alike or #alike < 2 then return end
  -- Many strangers use a hashtag: it is a group's own where most of its authors look alike.
  if c.kind == HASHTAG and 10 * #alike < 6 * t.n then return end
  c.group, c.kept = OPEN, 1
  local anchor = found_group(number, alike, 2 * c.reposts >= c.posts and ring_names(post) or {}, windows)
  redis.call('HSET', KEYS[AT.ALIKE], number,
    pack_group(windows, struct.pack(GROUP_TAIL, t.n, #in_all, #in_any, odds_all, odds_any, anchor, explained(c, t))))
end

end
