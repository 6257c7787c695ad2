-- Replace networks by what living edges hold together; forget what nothing holds any more.
--
-- KEYS    the keys that observe.lua takes, in the same order
-- ARGV    1 the position at which the edges were read; 2 msgpack map:
--         edges: dead pairs; members: author keys that belong to no network any more
--         gone: network numbers that died; nets: rows of number, state, author keys (joined), object numbers (joined)
--         objects, authors, links, names, talks: kept ones, attached marks, names of groups and authors to forget
--         next_net; look_at (ms, 0 for none)
-- result  'ok' or 'conflict'
-- cost    O(what dies + members of networks that change)
-- test    tests/contract/test_store.py

local wanted = cmsgpack.unpack(ARGV[2])

if (redis.call('HGET', KEYS[AT.META], 'position') or '') ~= ARGV[1] then return 'conflict' end

local function forget(key, fields)
  for at = 1, #fields, 1000 do
    redis.call('HDEL', key, unpack(fields, at, math.min(at + 999, #fields)))
  end
end

forget(KEYS[AT.EDGES], wanted.edges)
forget(KEYS[AT.NET_OF], wanted.members)
for _, place in ipairs({AT.NETS, AT.NET_MEMBERS, AT.NET_OBJECTS, AT.NET_INCIDENT, AT.NET_PROFILE}) do
  forget(KEYS[place], wanted.gone)
end
for _, number in ipairs(wanted.gone) do
  redis.call('ZREM', KEYS[AT.TIMERS], 'net:' .. number)
  redis.call('ZREM', KEYS[AT.DUE], 'net:' .. number)
end
forget(KEYS[AT.NET_LINKS], wanted.links)
forget(KEYS[AT.KEPT], wanted.objects)
forget(KEYS[AT.KEPT_TEXTS], wanted.objects)
forget(KEYS[AT.KEPT_AUTHORS], wanted.authors)
forget(KEYS[AT.ALIKE], wanted.objects)
forget(KEYS[AT.NAMED], wanted.names)
forget(KEYS[AT.TALKS], wanted.talks)
for _, net in ipairs(wanted.nets) do
  local number = net[1]
  redis.call('HSET', KEYS[AT.NETS], number, net[2])
  redis.call('HSET', KEYS[AT.NET_MEMBERS], number, net[3])
  redis.call('HSET', KEYS[AT.NET_OBJECTS], number, net[4])
  for at = 1, #net[3], 8 do redis.call('HSET', KEYS[AT.NET_OF], string.sub(net[3], at, at + 7), number) end
  for at = 1, #net[4], 4 do
    redis.call('HSET', KEYS[AT.NET_LINKS], number .. ':' .. struct.unpack('<I4', net[4], at), '')
  end
end
redis.call('HSET', KEYS[AT.META], 'next_net', wanted.next_net)
redis.call('ZREM', KEYS[AT.TIMERS], 'prune')
if wanted.look_at > 0 then redis.call('ZADD', KEYS[AT.TIMERS], wanted.look_at, 'prune') end
return 'ok'
