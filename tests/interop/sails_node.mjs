// A Socket.IO server as Sails runs one: with its adapter, in a process that ends when that cannot read a message.
// Spawned with a channel: {op, args} in, {id, result} out. Says {port} when it listens.
import http from 'node:http';
import { createRequire } from 'node:module';
import { Server } from 'socket.io';

const { createAdapter } = createRequire(import.meta.url)('@sailshq/socket.io-redis');
const server = http.createServer();
const io = new Server(server, { adapter: createAdapter(process.argv[2]) });

const operations = {
  emit: (rooms, except, event) => void io.to(rooms).except(except).emit(...event),
  join: (room, target) => io.in(room).socketsJoin(target),
  leave: (room, target) => io.in(room).socketsLeave(target),
  disconnect: (room) => io.in(room).disconnectSockets(true),
  fetch: async (rooms) => (await io.in(rooms).fetchSockets()).map(({ id, rooms: all, handshake }) => ({ id, rooms: [...all], handshake })),
  ids: async () => [...(await io.allSockets())],
  allRooms: async () => [...(await io.of('/').adapter.allRooms())],
  // The old requests for one socket.
  remoteJoin: (id, room) => io.of('/').adapter.remoteJoin(id, room),
  remoteLeave: (id, room) => io.of('/').adapter.remoteLeave(id, room),
  remoteDisconnect: (id) => io.of('/').adapter.remoteDisconnect(id, true),
};

process.on('message', async ({ id, op, args }) => {
  try {
    process.send({ id, result: await operations[op](...args) });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
