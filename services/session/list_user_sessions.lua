-- KEYS as in index_session.lua. All of a user's sessions, flat: id, when it expires, "since last_seen".
local listed = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local result = {}
for i = 1, #listed, 2 do
  table.insert(result, listed[i])
  table.insert(result, listed[i + 1])
  table.insert(result, redis.call('HGET', KEYS[2], listed[i]) or '0 0')
end
return result
