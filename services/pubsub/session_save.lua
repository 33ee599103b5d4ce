-- Stores and forgets sessions' records in order, each only for whoever owns it.
-- KEYS: the records. ARGV: for each the generation of whoever asks, the time to live in ms (0: forget), the number of
-- the fields that follow, names and values in turn. Gives the indexes of records that belong to somebody else.
local lost = {}
local i = 1
for key = 1, #KEYS do
  local generation, ttl, fields = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local known = redis.call('HGET', KEYS[key], 'generation')
  if known and tonumber(known) > tonumber(generation) then
    lost[#lost + 1] = key - 1
  elseif ttl == '0' then
    redis.call('DEL', KEYS[key])
  else
    redis.call('HSET', KEYS[key], 'generation', generation, unpack(ARGV, i + 3, i + 2 + fields))
    redis.call('PEXPIRE', KEYS[key], ttl)
  end
  i = i + 3 + fields
end
return lost
