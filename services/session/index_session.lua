-- KEYS[1] a user's session ids by the time (Unix ms) when they expire, KEYS[2] hash of id to "since last_seen" (Unix ms).
-- ARGV[1] a session's id, ARGV[2] its time to live in ms, ARGV[3] how many sessions a user may have.
-- Enters the session, drops some of those that have expired. The ids that had to leave since there are too many.
local ttl = tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local function drop(ids)
  if #ids > 0 then
    redis.call('ZREM', KEYS[1], unpack(ids))
    redis.call('HDEL', KEYS[2], unpack(ids))
  end
end
drop(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', text(now), 'LIMIT', 0, 64))

local known = redis.call('HGET', KEYS[2], ARGV[1])
local since = known and string.match(known, '^%d+') or text(now)
redis.call('HSET', KEYS[2], ARGV[1], since .. ' ' .. text(now))
redis.call('ZADD', KEYS[1], text(now + ttl), ARGV[1])

local surplus = {}
local excess = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[3])
if excess > 0 then
  surplus = redis.call('ZRANGE', KEYS[1], 0, math.min(excess, 64) - 1)
  drop(surplus)
end
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < ttl then
    redis.call('PEXPIRE', key, ARGV[2])
  end
end
return surplus
