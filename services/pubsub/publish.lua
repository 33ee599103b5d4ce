-- Publishes in order, what has been published under the same key not again.
-- ARGV: three for each message: the index of its key in KEYS or 0, the channel, the payload. Gives the number published.
local published = 0
for i = 1, #ARGV, 3 do
  local key = tonumber(ARGV[i])
  if key == 0 or redis.call('SET', KEYS[key], '1', 'NX', 'PX', 120000) then
    redis.call('PUBLISH', ARGV[i + 1], ARGV[i + 2])
    published = published + 1
  end
end
return published
