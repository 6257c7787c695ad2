-- Part of observe.lua: answers to posts. Bots that wait for a keyword answer within seconds, again and again, whoever
-- wrote the post; people take minutes, and answer each other. So an answer is a trace only
--   within settings.reply_bound of its post, clocks may differ; of a post that the stream does not have, of its first
--   answer;
--   where it is none to oneself, nor to somebody who has answered the author within the index horizon: they talk;
-- and it weighs a pair only where the author has not answered this one before within that time: fans of one star and
-- those who hate him meet at him all day.
-- Test: tests/property/test_state.py, tests/support/oracle.py

local Replies, Sample = {}, {rows = generations(AT.SAMPLE)}
local talks = lasting(AT.TALKS)

do
  local NOBODY = string.rep('\0', 8)
  local LONE_EXTRA = '<I6B'         -- what a lone answer is measured from (ms), and its own delay
  local KIND = string.char(REPLY)
  local TALKED = 16                 -- accounts of networks that one is known to talk with

  -- How long after their posts the stream's answers come, in bins; only what is answered within the index horizon.
  Replies.counts = nil
  Replies.counted = false

  local function count(delay)
    local bin = Delays.bin(delay)
    Replies.counts[bin] = Replies.counts[bin] + 1
    Replies.counted = true
  end

  -- What an answer answers: author of the post (NOBODY where the stream does not have it), its time (ms), its words.
  -- c: the object, where it has been founded; lone: the row of a lone answer before.
  local function answered(name, c, lone, post)
    if c then return c.target, c.base, c.words end
    local row = get(seen, string.sub(name, 2))
    if row then
      local author, words = Seen.said(row)
      return author, (Seen.time(row)), words
    end
    return NOBODY, lone and struct.unpack(LONE_EXTRA, lone, LONE_BYTES + 1) or post.at, ''
  end

  -- Two accounts have answered each other: what members of a network answer among those they talk with is no evidence.
  local function remember(author, member)
    local held = get(talks, author) or ''
    if #held < 8 * TALKED and get(net_of, member) and not has(held, member) then put(talks, author, held .. member) end
  end

  -- Look at an answer. Returns nil where it is no trace; else what it answers and post.lag, its delay in steps, and
  -- post.fresh, whether it weighs pairs.
  function Replies.read(name, c, lone, post)
    local target, base, words = answered(name, c, lone, post)
    if target == post.author then return nil end
    local delay = post.at - base
    local talk = false
    post.fresh = true
    if target ~= NOBODY then
      if not post.again then count(delay) end
      talk = get(names, KIND .. target .. post.author)
      if talk then
        remember(post.author, target)
        remember(target, post.author)
      end
      local mark = KIND .. post.author .. target
      post.fresh = not get(names, mark)
      put(names, mark, '')
    end
    if talk or math.abs(delay) > settings.reply_bound then return nil end
    post.lag = math.floor(math.max(0, delay) / settings.reply_step)
    return {target = target, base = base, words = words}
  end

  -- What a lone answer's row has more than those of other names.
  function Replies.lone(answer, post) return struct.pack(LONE_EXTRA, answer.base, post.lag) end

  -- A second author answers: the object knows what they answer.
  function Replies.begin(c, answer, lone)
    local _, lag = struct.unpack(LONE_EXTRA, lone, LONE_BYTES + 1)
    c.target, c.base, c.words, c.lags = answer.target, answer.base, answer.words, string.char(lag)
  end

  function Replies.load(row)
    Replies.counts = row and cmsgpack.unpack(row) or {}
    for bin = #Replies.counts + 1, #settings.delay_bounds + 1 do Replies.counts[bin] = 0 end
  end

  function Replies.save()
    if Replies.counted then redis.call('HSET', KEYS[AT.META], 'answers', cmsgpack.pack(Replies.counts)) end
  end
end

-- A sample of the stream's posts, so that the share of a word is known: of a generation the posts whose keys are
-- divisible by 2 ^ level. When there are more than settings.sample_posts the level rises, which halves them: a fair
-- sample that depends on no order (Gibbons and Tirthapura 2001). A generation ends when it is an index horizon old and
-- has settings.sample_least posts, so that silence forgets nothing.
do
  local STATE = 'state'             -- field of level, number of posts and begin; others are post keys of 8 bytes
  local STATE_FORM = '<BI4d'
  local rows, generation, started = Sample.rows, 0, 0

  local function inside(key, level) return struct.unpack('<I4', key) % 2 ^ level == 0 end

  -- Drop what a higher level leaves out; returns how many posts stay.
  local function thin(level)
    flush(rows)
    local left, gone = 0, {}
    for _, key in ipairs(redis.call('HKEYS', rows.now)) do
      if key ~= STATE then
        if inside(key, level) then left = left + 1 else gone[#gone + 1] = key end
      end
    end
    for at = 1, #gone, FIELDS do
      redis.call('HDEL', rows.now, unpack(gone, at, math.min(at + FIELDS - 1, #gone)))
    end
    return left
  end

  function Sample.load(number)
    generation, started = number, number
    choose({rows}, generation)
  end

  function Sample.take(post)
    local state = get(rows, STATE)
    local level, size, since = 0, 0, watermark
    if state and not rows.old[STATE] then level, size, since = struct.unpack(STATE_FORM, state) end
    if size >= settings.sample_least and watermark - since >= settings.index_horizon then
      turn({rows}, generation, generation + 1)
      generation, level, size, since = generation + 1, 0, 0, watermark
    end
    if not inside(post.key, level) then return end
    -- An id may come again once it is forgotten: it is one post of its generation all the same.
    if not get(rows, post.key) or rows.old[post.key] then size = size + 1 end
    put(rows, post.key, post.words)
    while size > settings.sample_posts do
      level = level + 1
      size = thin(level)
    end
    put(rows, STATE, struct.pack(STATE_FORM, level, size, since))
  end

  function Sample.save()
    flush(rows)
    if generation ~= started then redis.call('HSET', KEYS[AT.META], 'sample_generation', generation) end
  end
end
