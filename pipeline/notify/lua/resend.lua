-- Take a dead letter back into the queue, behind what waits of its subject.
--
-- KEYS    1 dead, 2 dead:order, 3 waiting, of the subject, 4 due, 5 claimed, 6 ages
-- ARGV    1 id of the delivery; 2 subject; 3 now (ms)
-- result  1, 0 where it is no dead letter
-- cost    O(log deliveries)
-- test    tests/contract/test_deliveries.py

local letter = redis.call('HGET', KEYS[1], ARGV[1])
if not letter then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('RPUSH', KEYS[3], cmsgpack.unpack(letter)[5])
redis.call('ZADD', KEYS[6], ARGV[3], ARGV[1])
if redis.call('LLEN', KEYS[3]) == 1 and not redis.call('ZSCORE', KEYS[5], ARGV[2]) then
  redis.call('ZADD', KEYS[4], ARGV[3], ARGV[2])
end
return 1
