-- Run at the begin of every connection. A Redis that has been started anew, or has taken over from another, may lack
-- what had been acknowledged: history begins with it.
-- KEYS: the log's head.
local run_id = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
if redis.call('HGET', KEYS[1], 'run_id') == run_id then return 0 end
local time = redis.call('TIME')
local seq = time[1] * 1000000 + time[2]
local last = redis.call('HGET', KEYS[1], 'last')
if last and seq <= tonumber(last) then seq = last + 1 end
local base = string.format('%.0f', seq)
redis.call('HSET', KEYS[1], 'last', base, 'base', base, 'run_id', run_id)
return 1
