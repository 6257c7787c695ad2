-- Commit what was decided: incidents, their events, what is held back, the due mark, the timer, the network's next
-- bounds.
--
-- KEYS    1 meta, 2 nets, 3 net:incident, 4 timers, 5 due, 6 incidents, 7 events, 8 held, 9 flood, 10 answers
-- ARGV    1 the position at which the evaluation read; 2 what was due; 3 msgpack map:
--         changes: rows of incident id, stored form before ('' for none), stored form after, event ('' for none)
--         held: incident id -> what a digest is to tell of it; of every other changed incident nothing is held back
--         digest: an event that tells what was held back, '' for none
--         flood: nil, or the flood guard as it was read, as it is to be, event time (ms) of the digest (0 for none)
--         network, row, incident: the network's number, its state and its incident id, '' where there is none; a
--         network without an incident forgets the one it had
--         look_at: event time (ms) of the next look, 0 for none
-- result  'ok', 'again' where this very commit was applied before, 'conflict' where something else came between
-- cost    O(changes)
-- test    tests/contract/test_commit.py, tests/contract/test_store.py

local wanted = cmsgpack.unpack(ARGV[3])
local flood = wanted.flood

if (redis.call('HGET', KEYS[1], 'position') or '') ~= ARGV[1] then return 'conflict' end
local applied = 0
for _, change in ipairs(wanted.changes) do
  local stored = redis.call('HGET', KEYS[6], change[1]) or ''
  if stored == change[3] then
    applied = applied + 1
  elseif stored ~= change[2] then
    return 'conflict'
  end
end
if applied > 0 then return applied == #wanted.changes and 'again' or 'conflict' end
if flood and (redis.call('GET', KEYS[9]) or '') ~= flood[1] then return 'conflict' end

for _, change in ipairs(wanted.changes) do
  local id, held = change[1], wanted.held[change[1]]
  redis.call('HSET', KEYS[6], id, change[3])
  if change[4] ~= '' then redis.call('RPUSH', KEYS[7], change[4]) end
  if held then
    redis.call('HSET', KEYS[8], id, held)
  else
    redis.call('HDEL', KEYS[8], id)
  end
end
if wanted.digest ~= '' then redis.call('RPUSH', KEYS[7], wanted.digest) end
redis.call('ZREM', KEYS[5], ARGV[2])
redis.call('ZREM', KEYS[4], ARGV[2])
if string.sub(ARGV[2], 1, 8) == 'verdict:' then redis.call('HDEL', KEYS[10], string.sub(ARGV[2], 9)) end
if flood then
  redis.call('SET', KEYS[9], flood[2])
  redis.call('ZREM', KEYS[4], 'digest')
  if flood[3] > 0 then redis.call('ZADD', KEYS[4], flood[3], 'digest') end
end
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
