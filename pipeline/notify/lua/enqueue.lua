-- Put a delivery into the queue of its endpoint, unless the incident was notified up to its revision before.
--
-- KEYS    1 notified, of the subject, 2 waiting, of the subject, 3 due, 4 claimed, 5 ages, 6 state, 7 dead,
--         8 dead:order
-- ARGV    1 subject; 2 revision; 3 delivery (pipeline/notify/delivery.py), its id; 5 not to be sent before (ms, 0 for
--         at once); 6 now (ms); 7 'yes', 'no', or 'end' for what is sent only where something was before; 8 time (ms)
--         that the mark lives; 9 most that wait; 10 most dead letters
-- result  'queued'; 'replaced' one that was held back and is told by this one; 'known'; 'unwanted'; 'disabled';
--         'full' where it became a dead letter
-- cost    O(log deliveries)
-- test    tests/contract/test_deliveries.py

local subject, revision, delivery, id = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local not_before, now = tonumber(ARGV[5]), tonumber(ARGV[6])

local told, sent = string.match(redis.call('GET', KEYS[1]) or '0:0', '^(%d+):(%d)$')
if revision <= tonumber(told) then return 'known' end
local wanted = ARGV[7] == 'yes' or (ARGV[7] == 'end' and sent == '1')
local gone = redis.call('HEXISTS', KEYS[6], 'disabled') == 1
if wanted and not gone then sent = '1' end
redis.call('SET', KEYS[1], revision .. ':' .. sent, 'PX', ARGV[8])
if not wanted then return 'unwanted' end
if gone then
  redis.call('HINCRBY', KEYS[6], 'missed', 1)
  return 'disabled'
end
if redis.call('ZCARD', KEYS[5]) >= tonumber(ARGV[9]) then
  redis.call('HSET', KEYS[7], id, cmsgpack.pack({subject, 'too many deliveries wait', now, 0, delivery}))
  redis.call('ZADD', KEYS[8], now, id)
  if redis.call('ZCARD', KEYS[8]) > tonumber(ARGV[10]) then
    redis.call('HDEL', KEYS[7], redis.call('ZPOPMIN', KEYS[8])[1])
  end
  return 'full'
end

local result = 'queued'
local is_claimed = redis.call('ZSCORE', KEYS[4], subject)
local last = redis.call('LINDEX', KEYS[2], -1)
if last then
  local before = cmsgpack.unpack(last)
  local is_head = redis.call('LLEN', KEYS[2]) == 1
  if before[2] > now and not (is_head and is_claimed) then
    redis.call('RPOP', KEYS[2])
    redis.call('ZREM', KEYS[5], before[1])
    result = 'replaced'
  end
end
redis.call('RPUSH', KEYS[2], delivery)
redis.call('ZADD', KEYS[5], now, id)
if redis.call('LLEN', KEYS[2]) == 1 and not is_claimed then
  redis.call('ZADD', KEYS[3], math.max(now, not_before), subject)
end
return result
