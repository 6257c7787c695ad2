-- Take events that the topic has acknowledged out of the outbox.
--
-- KEYS    1 meta, 2 events
-- ARGV    1 how many had been told when the outbox was read; 2 how many more are told now, the oldest ones
-- result  'ok', or 'conflict' where another writer has told some meanwhile
-- cost    O(events told)
-- test    tests/contract/test_store.py

if (redis.call('HGET', KEYS[1], 'told') or '0') ~= ARGV[1] then return 'conflict' end
redis.call('LTRIM', KEYS[2], ARGV[2], -1)
redis.call('HINCRBY', KEYS[1], 'told', ARGV[2])
return 'ok'
