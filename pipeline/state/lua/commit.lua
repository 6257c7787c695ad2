-- Commit what an evaluation decided: incidents, their events, the due mark, the timer, the network's next bounds.
--
-- KEYS    1 meta, 2 nets, 3 net:incident, 4 timers, 5 due, 6 incidents, 7 events
-- ARGV    1 the position at which the evaluation read; 2 what was due; 3 msgpack map:
--         changes: rows of incident id, stored form before ('' for none), stored form after, event
--         network, row, incident: the network's number, its state and its incident id, '' where there is none; a
--         network without an incident forgets the one it had
--         look_at: event time (ms) of the next look, 0 for none
-- result  'ok', 'again' where this very commit was applied before, 'conflict' where something else came between
-- cost    O(changes)
-- test    tests/contract/test_store.py

local wanted = cmsgpack.unpack(ARGV[3])

if (redis.call('HGET', KEYS[1], 'position') or '') ~= ARGV[1] then return 'conflict' end
local applied = 0
for _, change in ipairs(wanted.changes) do
  local held = redis.call('HGET', KEYS[6], change[1]) or ''
  if held == change[3] then
    applied = applied + 1
  elseif held ~= change[2] then
    return 'conflict'
  end
end
if applied > 0 then return applied == #wanted.changes and 'again' or 'conflict' end

for _, change in ipairs(wanted.changes) do
  redis.call('HSET', KEYS[6], change[1], change[3])
  redis.call('RPUSH', KEYS[7], change[4])
end
redis.call('ZREM', KEYS[5], ARGV[2])
redis.call('ZREM', KEYS[4], ARGV[2])
if wanted.network ~= '' then
  redis.call('HSET', KEYS[2], wanted.network, wanted.row)
  if wanted.incident ~= '' then
    redis.call('HSET', KEYS[3], wanted.network, wanted.incident)
  else
    redis.call('HDEL', KEYS[3], wanted.network)
  end
end
if wanted.look_at > 0 then redis.call('ZADD', KEYS[4], wanted.look_at, ARGV[2]) end
return 'ok'
