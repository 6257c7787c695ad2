-- Note what became of an attempt. What somebody else has settled meanwhile stays as it is.
--
-- KEYS    1 waiting, of the subject, 2 due, 3 claimed, 4 tries, 5 ages, 6 state, 7 dead, 8 dead:order, 9 alive
-- ARGV    1 subject; 2 id of the delivery; 3 'delivered', 'again', 'dead', 'disabled', or 'returned' for no attempt;
--         4 when again (ms); 5 why; 6 now (ms); 7 most dead letters; 8 until when the endpoint asks to be left alone
--         (ms, 0 where it does not); 9 failures in a row from which it is only probed; 10 pause (ms) after as many,
--         doubled with each more, 11 the longest; 12 'keep' what must be told again and again, 'drop' what must not any
--         more, '' for neither; 13 what is kept; 14 most that are brought forward; 15 until when it was claimed (ms)
-- result  'settled', 'recovered' where the endpoint takes deliveries again after failures, 'stale'
-- cost    O(log deliveries), at a recovery O(brought forward)
-- test    tests/contract/test_deliveries.py

local subject, id, fate, now = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[6])
local result = 'settled'

local head = redis.call('LINDEX', KEYS[1], 0)
if not head or cmsgpack.unpack(head)[1] ~= id then return 'stale' end
if tonumber(redis.call('ZSCORE', KEYS[3], subject) or 0) ~= tonumber(ARGV[15]) then return 'stale' end
redis.call('ZREM', KEYS[3], subject)

local next_at = tonumber(ARGV[4])
if fate == 'delivered' or fate == 'dead' then
  local tries = redis.call('HINCRBY', KEYS[4], subject, 1)
  redis.call('LPOP', KEYS[1])
  redis.call('HDEL', KEYS[4], subject)
  redis.call('ZREM', KEYS[5], id)
  redis.call('HINCRBY', KEYS[6], fate, 1)
  if fate == 'dead' then
    redis.call('HSET', KEYS[7], id, cmsgpack.pack({subject, ARGV[5], now, tries, head}))
    redis.call('ZADD', KEYS[8], now, id)
    if redis.call('ZCARD', KEYS[8]) > tonumber(ARGV[7]) then
      redis.call('HDEL', KEYS[7], redis.call('ZPOPMIN', KEYS[8])[1])
    end
  end
  head = redis.call('LINDEX', KEYS[1], 0)
  next_at = head and math.max(now, cmsgpack.unpack(head)[2])
elseif fate == 'again' then
  redis.call('HINCRBY', KEYS[4], subject, 1)
  local more = redis.call('HINCRBY', KEYS[6], 'failures', 1) - tonumber(ARGV[9])
  redis.call('HSET', KEYS[6], 'trouble', ARGV[5])
  local closed_until = tonumber(ARGV[8])
  if more >= 0 then
    closed_until = math.max(closed_until, now + math.min(ARGV[10] * 2 ^ math.min(more, 20), tonumber(ARGV[11])))
  end
  if closed_until > now then redis.call('HSET', KEYS[6], 'closed_until', string.format('%.0f', closed_until)) end
elseif fate == 'disabled' then
  redis.call('HSET', KEYS[6], 'disabled', ARGV[5], 'disabled_at', ARGV[6])
  next_at = now
end

if fate == 'delivered' then
  local failures = tonumber(redis.call('HGET', KEYS[6], 'failures') or 0)
  redis.call('HDEL', KEYS[6], 'failures', 'closed_until', 'trouble')
  if failures >= tonumber(ARGV[9]) then
    -- It is back: what failed meanwhile need not wait for its turn in hours.
    result = 'recovered'
    local failed = redis.call('HKEYS', KEYS[4])
    for number = 1, math.min(#failed, tonumber(ARGV[14])) do redis.call('ZADD', KEYS[2], 'XX', now, failed[number]) end
  end
  if ARGV[12] == 'keep' then redis.call('HSET', KEYS[9], subject, ARGV[13]) end
  if ARGV[12] == 'drop' then redis.call('HDEL', KEYS[9], subject) end
end
if head then redis.call('ZADD', KEYS[2], string.format('%.0f', next_at), subject) end
return result
