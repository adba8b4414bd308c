-- The same work in Redis: once per command id, only at the expected version; event, state row, due index, status index,
-- tally. A script's writes go to the append-only file as one MULTI … EXEC.
local id, number, version, payload, status, due, body = unpack(ARGV)
local known = redis.call('HGET', 'commands', id)
if known then return known end
local key = 'state:' .. number
local old = redis.call('HMGET', key, 'version', 'status', 'due')
if tonumber(old[1] or 0) ~= tonumber(version) - 1 then return redis.error_reply('VERSION conflict') end
local position = redis.call('XADD', 'events', '*', 'e', payload)
redis.call('HSET', 'commands', id, position)
redis.call('HSET', key, 'version', version, 'status', status, 'due', due, 'body', body)
redis.call('RPUSH', 'stream:' .. number, position)
local wasOpen, isOpen = old[2] and tonumber(old[2]) < 4, tonumber(status) < 4
if isOpen and old[3] ~= due then redis.call('ZADD', 'due', due, number) end
if wasOpen and not isOpen then redis.call('ZREM', 'due', number) end
if old[2] ~= status then
  if old[2] then redis.call('ZREM', 'status:' .. old[2], number) end
  redis.call('ZADD', 'status:' .. status, due, number)
end
if not old[1] then
  redis.call('HINCRBY', 'tally', 'received', 1)
  redis.call('HINCRBY', 'tally', 'received:' .. math.floor(due / 86400000000), 1)
  redis.call('HINCRBY', 'tally', 'open', 1)
elseif wasOpen and not isOpen then
  redis.call('HINCRBY', 'tally', 'open', -1)
  redis.call('HINCRBY', 'tally', 'resolved', 1)
  redis.call('HINCRBY', 'tally', 'resolved:' .. math.floor(due / 86400000000), 1)
end
return position
