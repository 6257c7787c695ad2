-- Part of observe.lua: the same accounts in two texts. Where two texts share more authors than chance has it, those are
-- tied, however little each pair of them would weigh. With k shared of the |c| and |d| authors of two texts, N authors
-- who share texts at all, and lambda = |c| |d| / N,
--   ln p <= k - lambda + k ln(lambda / k),
-- the Chernoff bound of a Poisson number, in millionths, rounded before it is compared.
-- Test: tests/property/test_state.py

local overlap, history, sizes, overlaps
do  -- a script has 200 locals at most: what only this part uses stays in it

history, sizes, overlaps = generations(AT.HISTORY), generations(AT.SIZES, tonumber), generations(AT.OVERLAPS)
local LAST = 8                      -- texts of an author that are remembered
local SHARED = 40                   -- shared authors of two texts that are kept
local NONE, TIED, TIED_BYTE = '\0', '\1', 1

-- Whether chance does not explain `k` shared authors, `lambda` being what it would give.
local function beyond_chance(k, lambda)
  if settings.overlap_factor * lambda > k then return false end
  return math.floor((k - lambda + k * math.log(lambda / k)) * 1000000 + 0.5) <= -settings.overlap_evidence
end

-- Tie the authors of a row to its first one, all of them at the first time, then those who are new to it.
local function tie_shared(row, first_time, number, other)
  local shared, sharp = {}, nil
  for at = 2, #row, 8 do shared[#shared + 1] = string.sub(row, at, at + 7) end
  for _, net in ipairs(get_many(net_of, shared)) do
    if net and is_known(net) and is_sharp(net) then sharp = net end
  end
  if sharp then
    local theirs = {}
    for _, author in ipairs(shared) do
      if get(net_of, author) or fits(sharp, get(authors, author)) then theirs[#theirs + 1] = author end
    end
    shared = theirs
  end
  if #shared < 2 then return end
  local net, n = connect(shared, 1)
  for i = first_time and 2 or #shared, #shared do edge(shared[1], shared[i], settings.edge_horizon) end
  local d = get(objects, other)
  if d then
    d.kept = 1
    renew_more(other)
    put(objects, other, d)
    keep(other, d, nil, false)
    attach(net, n, other)
  end
  hold(net, n, number)
  if is_known(net) then mark_found(net, n) end
end

-- Count the author among those whom this text shares with each of `others`; returns whether that tied it to some.
local function count_shared(c, number, author, others)
  local keys, tied, own = {}, false, struct.pack('<I4', number)
  for i, other in ipairs(others) do keys[i] = struct.pack('<I4', other) .. own end
  local known = get_many(sizes, others)
  local rows = get_many(overlaps, keys, c.first >= index_begin)
  for i = 1, #keys do
    local row = rows[i] or NONE
    if known[i] and #row < 8 * SHARED then
      row = row .. author
      local is_tied, k = string.byte(row) == TIED_BYTE, (#row - 1) / 8
      if is_tied or (k >= settings.overlap_accounts
        and beyond_chance(k, c.authors * known[i] / (copiers + copiers_before))) then
        row, tied = TIED .. string.sub(row, 2), true
        tie_shared(row, not is_tied, number, others[i])
      end
      put(overlaps, keys[i], row)
    end
  end
  return tied
end

-- Remember that an author shares a text; returns whether that tied it to others.
local function share_text(c, number, author)
  local held, others = get(history, author), {}
  if not held or history.old[author] then copiers = copiers + 1 end
  for at = 1, #(held or ''), 4 do
    local other = struct.unpack('<I4', held, at)
    if other ~= number then others[#others + 1] = other end
  end
  put(history, author, string.sub((held or '') .. struct.pack('<I4', number), -4 * LAST))
  return #others > 0 and count_shared(c, number, author, others)
end

-- A newcomer to a text, and with the second author the first as well: a text of one author says nothing yet.
function overlap(c, number, author)
  local tied = false
  if c.authors == 2 then tied = share_text(c, number, string.sub(c.ring, 1, 8)) end
  tied = share_text(c, number, author) or tied
  put(sizes, number, c.authors)
  return tied
end

end
