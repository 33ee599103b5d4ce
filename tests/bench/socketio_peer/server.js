// A Socket.IO server on the suite's Redis. A client asks `join` with a room's name; what is published to that room on Redis
// reaches it. Settings: PORT, REDIS_URL, PREFIX of the channels (its own, so that it hears nothing of the suite beside it).
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';
import { Server } from 'socket.io';

const publisher = createClient({ url: process.env.REDIS_URL });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const http = createServer();
const io = new Server(http, { transports: ['websocket'], adapter: createAdapter(publisher, subscriber, { key: process.env.PREFIX }) });
io.on('connection', (socket) => {
  socket.on('join', async (room, done) => {
    await socket.join(room);
    done();
  });
});
http.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
