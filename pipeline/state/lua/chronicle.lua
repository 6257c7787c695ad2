-- Write what is known of the posts of incidents: whole fields, so that a call that comes again changes nothing.
--
-- KEYS    1 meta, 2 chronicle, 3 chronicle:hours
-- ARGV    1 the position at which it is known; 2 msgpack map:
--         heads, hours: rows of field and value, '' where the field is deleted
-- result  'ok', or 'conflict' where the stream stands elsewhere
-- cost    O(fields)
-- test    tests/contract/test_chronicle.py

if (redis.call('HGET', KEYS[1], 'position') or '') ~= ARGV[1] then return 'conflict' end
local wanted = cmsgpack.unpack(ARGV[2])
for place, rows in ipairs({wanted.heads, wanted.hours}) do
  local key = KEYS[1 + place]
  for _, row in ipairs(rows) do
    if row[2] == '' then
      redis.call('HDEL', key, row[1])
    else
      redis.call('HSET', key, row[1], row[2])
    end
  end
end
return 'ok'
