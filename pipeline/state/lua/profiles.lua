-- Part of observe.lua: what the accounts of a known network look like. Who looks the same comes in by one text. A
-- network is sharp where all its look-alikes were found in windows that hardly any stranger lies in: others, who may
-- believe what they copy, come in there only by meeting it again and again.
-- Test: tests/property/test_state.py

local FACTS = '<BBI2I4I4'           -- bins of followers, following and birth; hashes of client and of link domain
local FACTS_BYTES = 12              -- they stand at the start of an author row as well
local UNKNOWN = {255, 255, 65535}
local WIDTH = {4, 4, 3}             -- bins of a window: 0.4 decades, 0.4 decades, 30 days

local is_sharp, is_narrow, fits, add_profile, join_profiles
do  -- a script has 200 locals at most: what only this part uses stays in it

local PROFILE = '<BBi2Bi2Bi2'       -- whether it is sharp; of each field, whether it has a window, and its first bin
local PROFILE_BYTES = 10
local SHARP = '\1'
local PROFILES_KEPT = 8             -- a ring that comes back looks different each time
local profiles = {}                 -- as far as this call has asked

local function read(net)
  if profiles[net] == nil then profiles[net] = redis.call('HGET', KEYS[AT.NET_PROFILE], net) or '' end
  return profiles[net]
end

local function write(net, rows)
  profiles[net] = string.sub(rows, -PROFILE_BYTES * PROFILES_KEPT)
  redis.call('HSET', KEYS[AT.NET_PROFILE], net, profiles[net])
end

function is_sharp(net)
  local rows = read(net)
  for at = 1, #rows, PROFILE_BYTES do
    if string.sub(rows, at, at) ~= SHARP then return false end
  end
  return rows ~= ''
end

-- Whether facts lie in all windows of a profile, two of them at least where it has two; in a wave one is enough.
local function fits_one(row, at, facts, in_wave)
  local _, used, first, inside, outside = nil, {}, {}, 0, 0
  _, used[1], first[1], used[2], first[2], used[3], first[3] = struct.unpack(PROFILE, row, at)
  for field = 1, 3 do
    local value = facts[field]
    if used[field] == 1 and value ~= UNKNOWN[field] then
      if value >= first[field] and value < first[field] + WIDTH[field] then
        inside = inside + 1
      else
        outside = outside + 1
      end
    end
  end
  return in_wave and inside > 0 or (outside == 0 and inside >= math.min(2, used[1] + used[2] + used[3]))
end

-- Whether an account looks like those of a network. facts: the packed facts, or an author row.
function fits(net, facts, in_wave)
  if not facts then return false end
  local rows, bins = read(net), {struct.unpack(FACTS, facts)}
  for at = 1, #rows, PROFILE_BYTES do
    if fits_one(rows, at, bins, in_wave) then return true end
  end
  return false
end

-- Whether hardly any stranger lies in all of the windows.
function is_narrow(windows)
  local share = 1
  for field = 1, 3 do share = share * (windows[field] and windows[field].share or 1) end
  return share <= settings.sharp_share
end

-- Remember how a network's look-alikes look.
function add_profile(net, windows)
  local row = {is_narrow(windows) and 1 or 0}
  for field = 1, 3 do
    local window = windows[field]
    row[2 * field], row[2 * field + 1] = window and 1 or 0, window and window.first or 0
  end
  local packed, rows = struct.pack(PROFILE, unpack(row)), read(net)
  for at = 1, #rows, PROFILE_BYTES do
    if string.sub(rows, at, at + PROFILE_BYTES - 1) == packed then return end
  end
  write(net, rows .. packed)
end

-- Network `other` goes on as `net`.
function join_profiles(net, other)
  if read(other) ~= '' then write(net, read(other) .. read(net)) end
  redis.call('HDEL', KEYS[AT.NET_PROFILE], other)
  profiles[other] = ''
end

end
