-- KEYS[1] the session; ARGV[1] the text expected, ARGV[2] the text desired, ARGV[3] the new time to live in seconds.
-- 1: swapped. false: there is no session. Otherwise the text that is there.
local current = redis.call('GET', KEYS[1])
if not current then
  return false
end
if current ~= ARGV[1] then
  return current
end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
