-- Claim the delivery of an endpoint that is due first. Of one subject only one is claimed at a time.
--
-- KEYS    1 due, 2 claimed, 3 tries, 4 state
-- ARGV    1 now (ms); 2 until when it is claimed (ms); 3 least time between two attempts (ms); 4 failures in a row from
--         which the endpoint is only probed; 5 until when nobody else probes it (ms)
-- result  {'claimed', subject, attempts made so far}; {'wait', until when (ms)}; {'nothing'}; {'disabled'}
-- cost    O(log deliveries)
-- test    tests/contract/test_deliveries.py

local now = tonumber(ARGV[1])
if redis.call('HEXISTS', KEYS[4], 'disabled') == 1 then return {'disabled'} end

-- Whoever claimed these has died: the same delivery is attempted again, with the same id.
for _, subject in ipairs(redis.call('ZRANGE', KEYS[2], '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)) do
  redis.call('ZREM', KEYS[2], subject)
  redis.call('ZADD', KEYS[1], now, subject)
end

local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if not first[1] then return {'nothing'} end
local state = redis.call('HMGET', KEYS[4], 'closed_until', 'next_at', 'failures')
local at = math.max(tonumber(first[2]), tonumber(state[1] or 0), tonumber(state[2] or 0))
if at > now then return {'wait', string.format('%.0f', at)} end

if tonumber(state[3] or 0) >= tonumber(ARGV[4]) then redis.call('HSET', KEYS[4], 'closed_until', ARGV[5]) end
if ARGV[3] ~= '0' then redis.call('HSET', KEYS[4], 'next_at', string.format('%.0f', now + ARGV[3])) end
redis.call('ZREM', KEYS[1], first[1])
redis.call('ZADD', KEYS[2], ARGV[2], first[1])
return {'claimed', first[1], redis.call('HGET', KEYS[3], first[1]) or '0'}
