-- Part of observe.lua: what an operator changes. A change of the allow list and an answer stop the call, so that what
-- comes next is judged by them, and answers are told one by one.
-- Test: tests/contract/test_watch.py, tests/contract/test_allow.py, tests/contract/test_answers.py

local control
do
  local WATCH, ALLOW = 0, 1         -- as in pipeline/changes.py; what else there is is an answer
  local MOST = 1000                 -- entries of a list, as in pipeline/bursts/watch.py and pipeline/detect/allow.py

  -- Drop what no longer counts from the allow list; whether there is room then.
  local function make_room(list)
    local row = redis.call('HGETALL', list)
    for at = 1, #row, 2 do
      local ends = cjson.decode(row[at + 1])['until']
      if ends and ends <= watermark then redis.call('HDEL', list, row[at]) end
    end
    return redis.call('HLEN', list) < MOST
  end

  -- Put an entry on a list, without a value take it off; whether that changed anything. One too many is not taken.
  local function set(list, what, key, value)
    if value == '' then return redis.call('HDEL', list, key) == 1 end
    local before = redis.call('HGET', list, key)
    if before == value then return false end
    if not before and redis.call('HLEN', list) >= MOST and not (what == ALLOW and make_room(list)) then return false end
    redis.call('HSET', list, key, value)
    return true
  end

  local function wait_for(item)
    due = item
    redis.call('ZADD', KEYS[AT.DUE], watermark, item)
  end

  function control(what, key, value)
    if what == WATCH then
      set(KEYS[AT.WATCH], what, key, value)
    elseif what == ALLOW then
      if not set(KEYS[AT.ALLOW], what, key, value) then return end
      for _, net in ipairs(redis.call('HKEYS', KEYS[AT.NET_INCIDENT])) do
        redis.call('ZADD', KEYS[AT.DUE], watermark, 'net:' .. net)
      end
      wait_for('allow')
    else
      redis.call('HSET', KEYS[AT.ANSWERS], key, value)
      wait_for('verdict:' .. key)
    end
  end
end
