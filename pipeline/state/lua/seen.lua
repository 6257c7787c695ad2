-- Part of observe.lua: what is remembered of a post until the index horizon has passed.
-- row: text hash (4 bytes), twice the event time in ms, plus one once the post is deleted (6 bytes), with reply traces
-- its author (8 bytes) and its words (a byte of length before them), then the numbers of its objects (u32 each).
-- Test: tests/property/test_state.py, tests/contract/test_store.py

local seen = generations(AT.SEEN)
local Seen, Delays = {}, {}     -- tables of functions: a script may have 200 local names in all

do
  local STAMP = '<I6'
  local STAMP_AT, STAMP_BYTES = 5, 6
  local AUTHOR_AT = STAMP_AT + STAMP_BYTES
  local WORDS = '<Bc0'
  local ROW = '<c4I6c8Bc0'
  local WORDS_AT = AUTHOR_AT + 8

  -- at: event time (ms) of the post when it was seen first.
  function Seen.pack(post, text_hash, at)
    if not settings.replies then return text_hash .. struct.pack(STAMP, 2 * at) end
    return struct.pack(ROW, text_hash, 2 * at, post.author, #post.words, post.words)
  end

  -- Event time (ms) of a post, and whether it is deleted.
  function Seen.time(row)
    local stamp = struct.unpack(STAMP, row, STAMP_AT)
    return math.floor(stamp / 2), stamp % 2 == 1
  end

  -- Author key and words of a post.
  function Seen.said(row)
    return string.sub(row, AUTHOR_AT, WORDS_AT - 1), (struct.unpack(WORDS, row, WORDS_AT))
  end

  function Seen.deleted(row, at)
    return string.sub(row, 1, STAMP_AT - 1) .. struct.pack(STAMP, 2 * at + 1) .. string.sub(row, STAMP_AT + STAMP_BYTES)
  end

  function Seen.objects(row)
    local numbers = {}
    local first = settings.replies and WORDS_AT + 1 + string.byte(row, WORDS_AT) or AUTHOR_AT
    for at = first, #row, 4 do numbers[#numbers + 1] = struct.unpack('<I4', row, at) end
    return numbers
  end
end

-- Delays are counted in bins of seconds (settings.delay_bounds), one more for what took longer.
do
  local BINS = #settings.delay_bounds + 1
  Delays.BYTES = 2 * BINS

  function Delays.bin(ms)
    for bin, seconds in ipairs(settings.delay_bounds) do
      if ms <= 1000 * seconds then return bin end
    end
    return BINS
  end

  -- row: counts of 16 bits, '' for none.
  function Delays.count(row, ms)
    if row == '' then row = string.rep('\0', Delays.BYTES) end
    local at = 2 * Delays.bin(ms) - 1
    local count = math.min(65535, struct.unpack('<I2', row, at) + 1)
    return string.sub(row, 1, at - 1) .. struct.pack('<I2', count) .. string.sub(row, at + 2)
  end
end
