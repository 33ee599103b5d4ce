-- Publishes a position: whatever was published before has a lower or the same sequence number, what follows a higher.
-- KEYS: the log's head. ARGV: the channel, the mark's name.
local time = redis.call('TIME')
local seq = time[1] * 1000000 + time[2]
local last = redis.call('HGET', KEYS[1], 'last')
if not last then
  redis.call('HSET', KEYS[1], 'base', string.format('%.0f', seq))
elseif seq <= tonumber(last) then
  seq = tonumber(last)
end
if redis.call('HEXISTS', KEYS[1], 'run_id') == 0 then
  -- Redis was emptied.
  redis.call('HSET', KEYS[1], 'run_id', string.match(redis.call('INFO', 'server'), 'run_id:(%x+)'))
end
local position = string.format('%.0f', seq)
redis.call('HSET', KEYS[1], 'last', position)
redis.call('PUBLISH', ARGV[1], ARGV[2] .. ' ' .. position)
return position
