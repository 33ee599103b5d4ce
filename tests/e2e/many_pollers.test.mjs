// Many clients that poll, and as many that begin with polling, on four gateways behind a random balancer: none of them ever
// meets a gateway that does not know it. SAIL_TEST_POLLERS sets how many of each kind there are.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { eventually } from '../support/eventually.mjs';
import { request } from '../support/http.mjs';
import { SDK, pollingApp } from '../support/polling_app.mjs';
import { RandomBalancer } from '../support/random_balancer.mjs';
import { Suite } from '../support/suite.mjs';

const EACH = Number(process.env.SAIL_TEST_POLLERS ?? 100);
const SECONDS = 60 + EACH / 5;
const PING_INTERVAL = EACH > 300 ? 25_000 : 3000;

let app;
let suite;
let balancer;
before(async () => {
  app = pollingApp({ pingInterval: PING_INTERVAL });
  suite = await Suite.start({ gateways: 4, app });
  balancer = await RandomBalancer.start(suite.urls);
});
after(async () => {
  await balancer?.stop();
  await suite?.stop();
  if (app) rmSync(app, { recursive: true, force: true });
});

test(`${EACH} polling-only and ${EACH} upgrading clients stay connected and hear an event`, async (t) => {
  const sockets = [];
  const problems = [];
  for (let i = 0; i < 2 * EACH; i++) {
    const socket = io(balancer.url, { forceNew: true, transports: i % 2 ? ['polling'] : ['polling', 'websocket'], query: SDK });
    for (const event of ['connect_error', 'disconnect']) {
      socket.on(event, (error) => problems.push(`${i % 2 ? 'polling' : 'upgrading'}: ${error?.message ?? error} ${error?.context?.responseText ?? ''}`));
    }
    socket.on('user', () => (socket.heard = (socket.heard ?? 0) + 1));
    sockets.push(socket);
    if (i % 20 === 19) await delay(20); // a crowd, not a stampede
  }
  t.after(() => {
    for (const socket of sockets) {
      socket.removeAllListeners();
      socket.close();
    }
  });
  const connected = () => sockets.filter((socket) => socket.connected).length;
  const all = (what, condition) =>
    eventually(what, SECONDS, condition).catch((error) => {
      const kinds = [...new Set(problems)].slice(0, 5).join('; ');
      throw new Error(`${error.message}: ${connected()} are connected, ${problems.length} problems: ${kinds}`);
    });
  await all('all are connected', () => connected() === sockets.length);
  let watching = 0;
  for (const socket of sockets) socket.emit('get', { method: 'get', url: '/user?limit=1', data: {}, headers: {} }, () => watching++);
  await all('all watch', () => watching === sockets.length);
  for (let i = 0; i < 3; i++) {
    await request('POST', `${balancer.url}/user`, { name: `Ann ${i}`, email: `${Math.random()}@example.com` });
    await delay(PING_INTERVAL + 500); // with a heartbeat of every client in between
  }
  await all('all have heard', () => sockets.every((socket) => socket.heard === 3));
  assert.deepEqual(problems, []);
  assert.ok(sockets.every((socket) => socket.connected));
  const names = sockets.map((socket) => socket.io.engine.transport.name);
  assert.deepEqual([...new Set(names.filter((_, i) => i % 2))], ['polling']);
  assert.deepEqual([...new Set(names.filter((_, i) => i % 2 === 0))], ['websocket']);
});
