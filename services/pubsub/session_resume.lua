-- Takes a session over and tells everybody who still has its socket.
-- KEYS: the record. ARGV: the namespace, the begin of the channels of its rooms. Gives the record's fields, nothing
-- if there is no such session.
local record = redis.call('HGETALL', KEYS[1])
local fields = {}
for i = 1, #record, 2 do fields[record[i]] = record[i + 1] end
if not fields.generation or fields.namespace ~= ARGV[1] then return {} end
local generation = redis.call('HINCRBY', KEYS[1], 'generation', 1)
redis.call('PUBLISH', ARGV[2] .. fields.socket_id .. '#',
           '{"sail":"evict","socket":' .. cjson.encode(fields.socket_id) .. ',"generation":' .. generation .. '}')
return redis.call('HGETALL', KEYS[1])
