// Clients come back to their sessions on other gateways: id, rooms, and what they missed, in order and once; or they
// learn that they do not.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { createClient } from 'redis';
import { Balancer } from '../support/balancer.mjs';
import { EngineSocket } from '../support/engine_socket.mjs';
import { eventually } from '../support/eventually.mjs';
import { PubSub } from '../support/pubsub.mjs';
import { RecoveringClient } from '../support/recovering_client.mjs';
import { makeRecoveryApp } from '../support/recovery_app.mjs';
import { Suite, temporaryFolder } from '../support/suite.mjs';

const KEPT_MS = 8000;

let folder;
let suite;
let redis;
let programs;
let balancers = [];
let clients = [];

before(async () => {
  folder = temporaryFolder();
  const app = makeRecoveryApp(folder, { keptMs: KEPT_MS });
  suite = await Suite.start({ gateways: 2, pubsubs: 2, app });
  redis = createClient({ url: suite.stores.redis });
  redis.on('error', () => {}); // it is cut, too
  await redis.connect();
  programs = (await suite.processes('pubsub')).map((each) => new PubSub(each.grpc));
});
afterEach(() => {
  for (const each of [...clients, ...balancers]) each.close();
  clients = [];
  balancers = [];
});
after(async () => {
  for (const program of programs ?? []) program.close();
  await redis?.disconnect();
  await suite?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// Whoever comes through it alternates between the gateways.
async function alternating() {
  let turn = 0;
  const balancer = await Balancer.start(suite.urls, (all) => all[turn++ % all.length]);
  balancers.push(balancer);
  return balancer;
}

// A client in the room, through a balancer of its own.
async function member(room) {
  const balancer = await alternating();
  const client = await RecoveringClient.connect(balancer.url);
  clients.push(client);
  await programs[0].join(client.last.id, [room]);
  await programs[0].emit([room], 'ready');
  await client.sees('ready', [1]);
  return { balancer, client, id: client.last.id };
}

const pair = (balancer) => [...balancer.pairs].find((each) => !each.halfOpen);

// Numbered messages to a room, one after the other, through any replica that is there.
async function publishNumbers(room, from, to, pause = async () => {}) {
  for (let n = from; n <= to; n++) {
    await eventually(`message ${n} is published`, 20, async () => {
      await programs[n % programs.length].emit([room], 'n', [n], { dedup_id: `${room}-${n}` });
      return true;
    });
    await pause(n);
  }
}

// A CONNECT without a client library, which would try again. Resolves when it is answered, one way or the other.
async function rawConnect(url, auth) {
  const { ws } = await EngineSocket.open(url);
  const opening = { ws, frames: [], ids: [], closed: false };
  ws.on('close', () => (opening.closed = true));
  ws.on('message', (data) => {
    const frame = String(data);
    opening.frames.push(frame);
    if (frame.startsWith('40')) opening.ids.push(JSON.parse(frame.slice(2)).sid);
  });
  ws.send(`40${JSON.stringify(auth)}`);
  await eventually('an answer', 10, () => opening.closed || opening.ids.length);
  return opening;
}

const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('events have offsets, acknowledgements and the connect reply do not break', async () => {
  const { client } = await member('offsets');
  await programs[0].emit(['offsets'], 'x', [{ a: 1 }, 's']);
  await eventually('the event', 10, () => client.events.some(([name]) => name === 'x'));
  const event = client.events.find(([name]) => name === 'x');
  assert.deepEqual(event.slice(0, 3), ['x', { a: 1 }, 's']);
  assert.match(event[3], /^s[0-9a-z]{11}$/);
  const answer = await client.socket.timeout(5000).emitWithAck('get', { url: '/__getcookie' });
  assert.equal(answer.statusCode, 200);
});

test('a client that is cut comes back on another gateway with its id, rooms and what it missed', async () => {
  const { client, id } = await member('cut');
  client.socket.io.reconnectionDelay(700);
  client.cut();
  await publishNumbers('cut', 1, 20);
  assert.deepEqual(await client.connects(2), { id, recovered: true });
  await publishNumbers('cut', 21, 25);
  assert.deepEqual(await client.sees('n', numbers(1, 25)), numbers(1, 25));
});

test('a client that has not had an event yet is recovered', async () => {
  const balancer = await alternating();
  const client = await RecoveringClient.connect(balancer.url);
  clients.push(client);
  const { id } = client.last;
  client.socket.io.reconnectionDelay(500);
  client.cut();
  await programs[0].emit([id], 'n', [1]);
  assert.deepEqual(await client.connects(2), { id, recovered: true });
  assert.deepEqual(await client.sees('n', [1]), [1]);
});

test('volatile events that end in a string do not poison the offset, and are not replayed', async () => {
  const { client, id } = await member('volatile');
  await programs[0].emit(['volatile'], 'v', ['hello'], { volatile: true });
  await client.sees('v', ['hello']);
  client.socket.io.reconnectionDelay(500);
  client.cut();
  await publishNumbers('volatile', 1, 3);
  await programs[0].emit(['volatile'], 'v', ['missed'], { volatile: true });
  assert.deepEqual(await client.connects(2), { id, recovered: true });
  assert.deepEqual(await client.sees('n', numbers(1, 3)), numbers(1, 3));
  assert.deepEqual(client.seen('v'), ['hello']);
});

test('a client whose old connection still looks alive takes its session over', async () => {
  const { balancer, client, id } = await member('half-open');
  balancer.cutHalf(pair(balancer));
  await publishNumbers('half-open', 1, 10);
  assert.deepEqual(await client.connects(2), { id, recovered: true });
  await publishNumbers('half-open', 11, 12);
  assert.deepEqual(await client.sees('n', numbers(1, 12)), numbers(1, 12));
  await eventually('the ghost is cut', 3, () => ![...balancer.pairs].some((each) => each.halfOpen && !each.upstream.destroyed));
});

test('again and again, with messages all the while', async () => {
  const { balancer, client, id } = await member('churn');
  await publishNumbers('churn', 1, 400, async (n) => {
    if (n % 40 === 0 && client.socket.connected) (n % 80 ? balancer.cut(pair(balancer)) : balancer.cutHalf(pair(balancer)));
  });
  assert.deepEqual(await client.sees('n', numbers(1, 400)), numbers(1, 400));
  assert.ok(client.connections.length > 3);
  assert.ok(client.connections.slice(1).every((each) => each.recovered && each.id === id));
});

test('kill -9 of the gateway', async () => {
  const { balancer, client, id } = await member('gateway');
  const index = suite.urls.findIndex((url) => new URL(url).port === pair(balancer).target.port);
  const back = suite.kill('gateway', index);
  await publishNumbers('gateway', 1, 20);
  assert.deepEqual(await client.connects(2), { id, recovered: true });
  assert.deepEqual(await client.sees('n', numbers(1, 20)), numbers(1, 20));
  await back;
});

test('kill -9 of the pubsub services does not even disconnect', async () => {
  const { client } = await member('pubsub');
  for (const index of [0, 1]) {
    const first = index * 40 + 1;
    const killed = suite.kill('pubsub', index);
    await publishNumbers('pubsub', first, first + 39);
    await killed;
  }
  assert.deepEqual(await client.sees('n', numbers(1, 80)), numbers(1, 80));
  assert.equal(client.connections.length, 1);
});

test('connections to Redis that are cut', async () => {
  const { client } = await member('redis');
  await publishNumbers('redis', 1, 100, async (n) => {
    if (n % 20 === 0) await redis.sendCommand(['CLIENT', 'KILL', 'TYPE', n % 40 ? 'PUBSUB' : 'NORMAL', 'SKIPME', 'YES']);
  });
  assert.deepEqual(await client.sees('n', numbers(1, 100)), numbers(1, 100));
  assert.equal(client.connections.length, 1);
});

test('of two who name the same session one gets it', async () => {
  const { client, id } = await member('race');
  const { _pid: pid, _lastOffset: offset } = client.socket;
  client.close = () => {};
  client.socket.io.reconnection(false);
  client.cut();
  const openings = await Promise.all(suite.urls.map((url) => rawConnect(url, { pid, offset })));
  await programs[0].emit([id], 'n', [1]);
  await eventually('one has it', 10, () => openings.filter((each) => each.ids.includes(id) && each.frames.some((frame) => frame.startsWith('42["n",1'))).length === 1);
  await eventually('the other one has not', 10, () => openings.filter((each) => each.closed || !each.ids.includes(id)).length === 1);
  for (const { ws } of openings) ws.terminate();
});

test('programs read the history', async () => {
  const read = (after, limit) => programs[0].call('ReadHistory', { rooms: ['log'], after, limit });
  const { position } = await read(0, 0);
  await publishNumbers('log', 1, 5);
  const page = await read(position, 3);
  const n = (operation) => JSON.parse(operation.broadcast.data_json.toString())[1];
  assert.deepEqual([page.operations.map(n), page.more, page.reaches_back], [[1, 2, 3], true, true]);
  const rest = await read(page.position, 0);
  assert.deepEqual([rest.operations.map(n), Boolean(rest.more)], [[4, 5], false]);
  assert.ok(!(await read(1, 0)).reaches_back);
});

test('whose time is over begins anew', async () => {
  const { client, id } = await member('late');
  client.socket.io.reconnectionDelayMax(KEPT_MS + 1000);
  client.socket.io.reconnectionDelay(KEPT_MS + 1000);
  client.socket.io.randomizationFactor(0);
  client.cut();
  const second = await client.connects(2, 30);
  assert.equal(second.recovered, false);
  assert.notEqual(second.id, id);
});

test('when Redis has lost its memory everybody learns it', async () => {
  const { client, id } = await member('flushed');
  await redis.flushAll();
  client.cut();
  const second = await client.connects(2);
  assert.equal(second.recovered, false);
  assert.notEqual(second.id, id);
  await eventually('recovery works again', 10, async () => {
    const before = client.connections.length;
    client.cut();
    await client.connects(before + 1);
    return client.last.recovered;
  });
});

test('when Redis was started anew, live clients are cut and learn it, too', async () => {
  const { client, id } = await member('restarted');
  await suite.kill('redis');
  const second = await client.connects(2, 30);
  assert.equal(second.recovered, false);
  assert.notEqual(second.id, id);
  await eventually('messages flow again', 20, async () => {
    await programs[0].join(client.last.id, ['restarted']);
    await programs[0].emit(['restarted'], 'n', [1]);
    return client.seen('n').length;
  });
});
