-- Keep what is known of keywords, and drop what lines said that nobody will read again.
--
-- KEYS    1 meta, 2 bursts, 3 said
-- ARGV    1 the position at which it is known; 2 what is known; 3 how many of the oldest blocks are dropped
-- result  'ok', or 'conflict' where the stream stands elsewhere
-- cost    O(blocks dropped)
-- test    tests/contract/test_bursts.py

if (redis.call('HGET', KEYS[1], 'position') or '') ~= ARGV[1] then return 'conflict' end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('LTRIM', KEYS[3], ARGV[3], -1)
return 'ok'
