// Clients that poll, and clients that change from polling to WebSocket, on four gateways behind a balancer that sends every
// connection to a random one.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { io as socketClient4 } from 'socket.io-client';
import { eventually, within } from '../support/eventually.mjs';
import { request } from '../support/http.mjs';
import { SDK, pollingApp } from '../support/polling_app.mjs';
import { RandomBalancer } from '../support/random_balancer.mjs';
import { Suite } from '../support/suite.mjs';

const socketClient2 = createRequire(import.meta.url)('socket.io-client-2');
const GATEWAYS = 4;

let app;
let suite;
let balancer;

before(async () => {
  app = pollingApp({ pingInterval: 2000, perMessageDeflate: true });
  suite = await Suite.start({ gateways: GATEWAYS, app });
  balancer = await RandomBalancer.start(suite.urls);
});
after(async () => {
  await balancer?.stop();
  await suite?.stop();
  if (app) rmSync(app, { recursive: true, force: true });
});

// Connects, and counts what goes wrong. No connection is kept alive between requests, so that each goes elsewhere.
function connect(t, client, transports) {
  const socket = client(balancer.url, {
    forceNew: true,
    transports,
    query: SDK,
    reconnectionDelay: 100,
    ...(client === socketClient4 ? {} : { agent: new http.Agent({ keepAlive: false }) }),
  });
  socket.problems = [];
  for (const event of ['connect_error', 'error']) socket.on(event, (error) => socket.problems.push(String(error?.message ?? error)));
  socket.on('disconnect', (reason) => socket.problems.push(reason));
  socket.connections = 0;
  socket.on('connect', () => socket.connections++);
  t.after(() => {
    socket.off('disconnect');
    socket.close();
  });
  return within('connected', 20, new Promise((resolve) => socket.once('connect', () => resolve(socket))));
}

const ask = (socket, method, url, data = {}) =>
  within(`${method} ${url}`, 20, new Promise((resolve) => socket.emit(method, { method, url, data, headers: {} }, resolve)));
const transportOf = (socket) => socket.io.engine.transport.name;

for (const [name, client] of [['socket.io-client 4.8', socketClient4], ['socket.io-client 2.5', socketClient2]]) {
  for (const [way, transports] of [['polling only', ['polling']], ['polling, then WebSocket', ['polling', 'websocket']]]) {
    test(`${name}, ${way}: every client connects, asks, hears, and stays`, async (t) => {
      const sockets = await Promise.all(Array.from({ length: 20 }, () => connect(t, client, transports)));
      const heard = sockets.map((socket) => {
        const names = [];
        socket.on('user', (event) => names.push(event.data.name));
        return names;
      });
      const answers = await Promise.all(sockets.map((socket) => ask(socket, 'get', '/user')));
      assert.deepEqual(answers.map((answer) => answer.statusCode), sockets.map(() => 200));
      if (transports.length > 1) {
        await eventually('all have upgraded', 20, () => sockets.every((socket) => transportOf(socket) === 'websocket'));
      }
      const names = Array.from({ length: 30 }, (_, i) => `${name} ${way} ${i}`);
      for (const [i, each] of names.entries()) {
        const { status } = await request('POST', `${balancer.url}/user`, { name: each, email: `${Math.random()}@example.com` });
        assert.equal(status, 200, `${i}`);
      }
      await eventually('all have heard all', 20, () => heard.every((list) => list.length >= names.length));
      for (const list of heard) assert.deepEqual(list, names, 'each once, in order');
      for (const socket of sockets) {
        assert.deepEqual(socket.problems, []);
        assert.equal(socket.connections, 1);
        assert.equal(transportOf(socket), transports.at(-1));
      }
    });
  }
}

test('requests made while the transport changes are answered once, in order', async (t) => {
  for (let round = 0; round < 10; round++) {
    const socket = await connect(t, socketClient4, ['polling', 'websocket']);
    const order = [];
    await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const answer = await ask(socket, 'get', '/user?limit=1');
        assert.equal(answer.statusCode, 200);
        order.push(i);
      }),
    );
    assert.equal(order.length, 40);
    assert.deepEqual(socket.problems, []);
    socket.off('disconnect');
    socket.close();
  }
});

test('long messages are compressed for a client that offers it, through a tunnel too', async (t) => {
  for (let round = 0; round < 6; round++) {
    const socket = await connect(t, socketClient4, ['polling', 'websocket']);
    await eventually('upgraded', 20, () => transportOf(socket) === 'websocket');
    assert.match(socket.io.engine.transport.ws.extensions, /permessage-deflate/);
    const long = `Ann ${'x'.repeat(20_000)}`;
    const created = await ask(socket, 'post', '/user', { name: long, email: `${Math.random()}@example.com` });
    assert.equal(created.statusCode, 200);
    assert.equal((await ask(socket, 'get', `/user/${created.body.id}`)).body.name, long);
    assert.deepEqual(socket.problems, []);
  }
});

test('a session whose gateway has died is unknown, and the client comes back elsewhere', async (t) => {
  const socket = await connect(t, socketClient4, ['polling']);
  await suite.kill('gateway', 0);
  await suite.kill('gateway', 1);
  await suite.kill('gateway', 2);
  await suite.kill('gateway', 3);
  await eventually('a new session', 30, () => socket.connections >= 2 && socket.connected);
  assert.equal((await ask(socket, 'get', '/user?limit=1')).statusCode, 200);
});

test('the polls went through other gateways', async () => {
  const counts = balancer.counts;
  assert.ok(counts.every((count) => count > 10), `${counts}`);
});
