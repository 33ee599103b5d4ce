-- Publishes in order, what has been published under the same key not again. Where there is history, each message
-- that goes to streams gets the next sequence number, is kept there under it, and carries it as a fourth element.
-- KEYS: the log's head, then keys of messages and streams in any order.
-- ARGV: how long history is kept, in ms, and how many messages of a stream; then for each message the index of its
-- key in KEYS or 0, its channel, its payload, the number of its streams, and their indexes. Gives the number
-- published.
local kept_ms, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local published = 0
local seq

local function text(number) return string.format('%.0f', number) end

local function next_seq()
  if seq then
    seq = seq + 1
    return
  end
  local time = redis.call('TIME')
  seq = time[1] * 1000000 + time[2]
  local last = redis.call('HGET', KEYS[1], 'last')
  if last then
    if seq <= tonumber(last) then seq = last + 1 end
  else
    redis.call('HSET', KEYS[1], 'base', text(seq))
  end
end

local function record(stream, payload)
  local id = text(seq) .. '-0'
  local oldest = text(seq - kept_ms * 1000)
  if type(redis.pcall('XADD', stream, 'MINID', '~', oldest, id, 'p', payload)) == 'table' then
    -- The clock went back while the head was lost: the stream has later messages than can be.
    redis.call('DEL', stream)
    redis.call('HSET', KEYS[1], 'base', text(seq - 1))
    redis.call('XADD', stream, id, 'p', payload)
  end
  redis.call('PEXPIRE', stream, kept_ms)
  if redis.call('XLEN', stream) > most + 100 and redis.call('XTRIM', stream, 'MAXLEN', '~', most) > 0 then
    local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)
    redis.call('SET', stream .. ':floor', string.match(first[1][1], '%d+') - 1, 'PX', kept_ms)
  end
end

local i = 3
while i <= #ARGV do
  local key, channel, payload, streams = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3])
  if key == 0 or redis.call('SET', KEYS[key], '1', 'NX', 'PX', 120000) then
    if streams > 0 then
      next_seq()
      for at = i + 4, i + 3 + streams do record(KEYS[tonumber(ARGV[at])], payload) end
      payload = '\148' .. string.sub(payload, 2) .. '\207' .. struct.pack('>I8', seq)
    end
    redis.call('PUBLISH', channel, payload)
    published = published + 1
  end
  i = i + 4 + streams
end
if seq then redis.call('HSET', KEYS[1], 'last', text(seq)) end
return published
