-- Reads streams from one position to another.
-- KEYS: the log's head, a session's record (unless ARGV[6] is ''), the streams.
-- ARGV: after ('' is the last position), to ('' likewise), the most messages and bytes of one stream, how long history is kept in
-- ms, the generation that the session must have.
-- Gives {1, to, 1 if there is more, the messages of each stream}: all that there are behind `after` up to `to`, or
-- {0, to} when some may be missing, or {-1} when the session has another generation.
local after, to = tonumber(ARGV[1]), tonumber(ARGV[2])
local most, bytes, kept_ms = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local head = redis.call('HMGET', KEYS[1], 'last', 'base', 'run_id')
local first_stream = 2
if ARGV[6] ~= '' then
  if redis.call('HGET', KEYS[2], 'generation') ~= ARGV[6] then return {-1} end
  first_stream = 3
end
local function text(number) return string.format('%.0f', number) end

local time = redis.call('TIME')
local oldest = time[1] * 1000000 + time[2] - kept_ms * 1000
if not head[1] or not head[2] or not head[3] then return {0, '0'} end
local last = tonumber(head[1])
after = after or last
if after < tonumber(head[2]) or after < oldest or after > last then return {0, head[1]} end
to = to or last

local more = 0
local streams = {}
for i = first_stream, #KEYS do
  local floor = redis.call('GET', KEYS[i] .. ':floor')
  if floor and after < tonumber(floor) then return {0, head[1]} end
  local messages, size, from = {}, 0, after + 1
  while from <= to do
    local part = redis.call('XRANGE', KEYS[i], text(from) .. '-0', text(to) .. '-0', 'COUNT', math.min(most, 256))
    for _, entry in ipairs(part) do
      local id = tonumber(string.match(entry[1], '%d+'))
      size = size + #entry[2][2]
      messages[#messages + 1] = entry[1]
      messages[#messages + 1] = entry[2][2]
      from = id + 1
      if #messages >= 2 * most or size >= bytes then
        -- What comes later in this stream is not here, so nothing later may be.
        if id < to then to, more = id, 1 end
        break
      end
    end
    if #part == 0 or #part < math.min(most, 256) then break end
  end
  streams[#streams + 1] = messages
end
return {1, text(to), more, streams}
