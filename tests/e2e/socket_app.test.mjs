// A Socket.IO application whose sockets are spread over two gateways, with the clients that people use.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { io as socketClient4 } from 'socket.io-client';
import { within } from '../support/eventually.mjs';
import { CHECKOUT, Suite } from '../support/suite.mjs';

const socketClient2 = createRequire(import.meta.url)('socket.io-client-2');

let suite;
before(async () => {
  suite = await Suite.start({ gateways: 2, app: path.join(CHECKOUT, 'tests/interop/socket_app') });
});
after(() => suite?.stop());

const heard = (socket, event) => within(`the event ${event}`, 10, new Promise((resolve) => socket.once(event, (...args) => resolve(args))));
const acknowledged = (socket, ...args) => within(`the answer to ${args[0]}`, 10, new Promise((resolve) => socket.emit(...args, (...answer) => resolve(answer))));

// The socket, and what it was told on connect.
async function client(t, connect, gateway, nsp = '', options = {}) {
  const socket = connect(suite.urls[gateway] + nsp, { forceNew: true, reconnection: false, ...options });
  t.after(() => socket.close());
  const auth = heard(socket, 'auth');
  await heard(socket, 'connect');
  return { socket, auth: (await auth)[0] };
}

for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
  for (const [version, connect] of [['4.8', socketClient4], ['2.5', socketClient2]]) {
    const name = `socket.io-client ${version} over ${transports.join(', then ')}`;
    test(`${name}: events, bytes and acknowledgements come back`, async (t) => {
      for (const nsp of ['', '/custom']) {
        const { socket } = await client(t, connect, 0, nsp, { transports });
        const back = heard(socket, 'message-back');
        socket.emit('message', 1, 'zwei', { three: [Buffer.from([1, 2, 3])] });
        const [one, two, { three }] = await back;
        assert.deepEqual([one, two, Buffer.from(three[0])], [1, 'zwei', Buffer.from([1, 2, 3])]);
        const [first, bytes] = await acknowledged(socket, 'message-with-ack', 'x', Buffer.from([4]));
        assert.deepEqual([first, Buffer.from(bytes)], ['x', Buffer.from([4])]);
      }
    });

    test(`${name}: a room spans the gateways, and its events keep their order`, async (t) => {
      const [here, there] = [await client(t, connect, 0, '', { transports }), await client(t, connect, 1, '', { transports })];
      const room = `room of ${name}`;
      await acknowledged(here.socket, 'join', room);
      await acknowledged(there.socket, 'join', room);
      const seen = { here: [], there: [] };
      const all = within('a hundred events', 20, new Promise((resolve) => {
        for (const [side, { socket }] of [['here', here], ['there', there]]) {
          socket.on('msg', (number) => {
            seen[side].push(number);
            if (seen.here.length >= 100 && seen.there.length >= 100) resolve();
          });
        }
      }));
      for (let i = 0; i < 100; i++) here.socket.emit('pub', room, i);
      await all;
      const numbers = Array.from({ length: 100 }, (_, i) => i);
      assert.deepEqual(seen, { here: numbers, there: numbers });
    });
  }
}

test('what a client sends along reaches the application', async (t) => {
  const { auth } = await client(t, socketClient4, 0, '/custom', { transports: ['websocket'], auth: { token: 'abc' } });
  assert.deepEqual(auth, { token: 'abc' });
});

test('a namespace that is not there is refused, the others on the connection stay', async (t) => {
  const { socket } = await client(t, socketClient4, 0, '', { transports: ['websocket'] });
  const other = socket.io.socket('/random');
  other.connect();
  const [error] = await heard(other, 'connect_error');
  assert.equal(error.message, 'Invalid namespace');
  assert.deepEqual(await acknowledged(socket, 'echo', 'still'), ['still']);
});

test('a service that dies costs acknowledgements while it is away, and no connection', async (t) => {
  const { socket } = await client(t, socketClient4, 0, '', { transports: ['websocket'] });
  await suite.kill('service');
  const tries = async () => {
    for (let i = 0; i < 40; i++) {
      const answer = await new Promise((resolve) => socket.timeout(500).emit('echo', i, (error, value) => resolve(error ? undefined : value)));
      if (answer === i) return true;
    }
    return false;
  };
  assert.ok(await tries());
  assert.ok(socket.connected);
});
