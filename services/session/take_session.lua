-- KEYS[1] the session. Deletes it and gives what was there; false: there was none. (GETDEL is for Redis 6.2 and later.)
local current = redis.call('GET', KEYS[1])
if current then
  redis.call('DEL', KEYS[1])
end
return current
