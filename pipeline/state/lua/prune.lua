-- Replace networks by what living edges hold together; forget what nothing holds any more.
--
-- KEYS    the keys that observe.lua takes, in the same order
-- ARGV    1 the position at which the edges were read; 2 msgpack map:
--         edges: dead pairs; members: author keys that belong to no network any more
--         gone: network numbers that died; nets: rows of number, state, author keys (joined), cluster numbers (joined)
--         clusters, authors: kept ones to forget; links: attached marks to forget; next_net; look_at (ms, 0 for none)
-- result  'ok' or 'conflict'
-- cost    O(what dies + members of networks that change)
-- test    tests/contract/test_store.py

local wanted = cmsgpack.unpack(ARGV[2])

if (redis.call('HGET', KEYS[1], 'position') or '') ~= ARGV[1] then return 'conflict' end

local function forget(key, fields)
  for at = 1, #fields, 1000 do
    redis.call('HDEL', key, unpack(fields, at, math.min(at + 999, #fields)))
  end
end

forget(KEYS[15], wanted.edges)
forget(KEYS[16], wanted.members)
for _, key in ipairs({KEYS[17], KEYS[18], KEYS[19], KEYS[21]}) do forget(key, wanted.gone) end
for _, number in ipairs(wanted.gone) do
  redis.call('ZREM', KEYS[25], 'net:' .. number)
  redis.call('ZREM', KEYS[26], 'net:' .. number)
end
forget(KEYS[20], wanted.links)
forget(KEYS[22], wanted.clusters)
forget(KEYS[23], wanted.clusters)
forget(KEYS[24], wanted.authors)
for _, net in ipairs(wanted.nets) do
  local number = net[1]
  redis.call('HSET', KEYS[17], number, net[2])
  redis.call('HSET', KEYS[18], number, net[3])
  redis.call('HSET', KEYS[19], number, net[4])
  for at = 1, #net[3], 8 do redis.call('HSET', KEYS[16], string.sub(net[3], at, at + 7), number) end
  for at = 1, #net[4], 4 do
    redis.call('HSET', KEYS[20], number .. ':' .. struct.unpack('<I4', net[4], at), '')
  end
end
redis.call('HSET', KEYS[1], 'next_net', wanted.next_net)
redis.call('ZREM', KEYS[25], 'prune')
if wanted.look_at > 0 then redis.call('ZADD', KEYS[25], wanted.look_at, 'prune') end
return 'ok'
