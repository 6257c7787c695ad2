-- Write what is known of the posts of incidents: whole fields, so that a call that comes again changes nothing.
--
-- KEYS    1 meta, 2 chronicle, 3 chronicle:hours
-- ARGV    1 the position at which it is known; 2 how many fields of the first HASH follow, those of the second behind
--         them; from 3 on field and value, '' where the field is deleted
-- result  'ok', or 'conflict' where the stream stands elsewhere
-- cost    O(fields)
-- test    tests/contract/test_chronicle.py

if (redis.call('HGET', KEYS[1], 'position') or '') ~= ARGV[1] then return 'conflict' end
local heads = tonumber(ARGV[2])
for at = 3, #ARGV, 2 do
  local key = at < 3 + 2 * heads and KEYS[2] or KEYS[3]
  if ARGV[at + 1] == '' then
    redis.call('HDEL', key, ARGV[at])
  else
    redis.call('HSET', key, ARGV[at], ARGV[at + 1])
  end
end
return 'ok'
