// A user's sessions: listed and revoked by a program over gRPC, with live sockets on two gateways.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { createClient } from 'redis';
import { io } from 'socket.io-client';
import { eventually, within } from '../support/eventually.mjs';
import { Jar, request } from '../support/http.mjs';
import { SailsClient } from '../support/sails_client.mjs';
import { CHECKOUT, REFERENCE_APP, Suite } from '../support/suite.mjs';

let suite;
let services;
const sessions = []; // all that were made here

before(async () => {
  suite = await Suite.start({ gateways: 2, sessions: 2, app: REFERENCE_APP });
  const definition = protoLoader.loadSync('sail/session/v1/session.proto', {
    includeDirs: [path.join(CHECKOUT, 'protos')], keepCase: true, longs: Number, defaults: true, arrays: true,
  });
  const { SessionService } = grpc.loadPackageDefinition(definition).sail.session.v1;
  services = (await suite.processes('session')).map((line) => new SessionService(line.grpc, grpc.credentials.createInsecure()));
  await watched(10);
});
after(async () => {
  for (const service of services ?? []) service.close();
  await suite?.stop();
});

const call = (index, method, message) => (
  promisify(services[index][method]).call(services[index], message, { deadline: Date.now() + 5000 })
);
const revokeAll = (index, user, except = '') => call(index, 'RevokeUserSessions', { user_id: user, except_id: except });
const listed = async (index, user) => (await call(index, 'ListUserSessions', { user_id: user })).sessions;
const ids = (list) => list.map((each) => each.id).sort();

// Until both session services are watched by both gateways.
const watched = (seconds) => eventually('every gateway watches every session service', seconds, async () => {
  const lines = await suite.processes('session');
  const texts = await Promise.all(lines.map((line) => request('GET', `http://${line.admin}/metrics`)));
  return texts.every(({ text }) => /^sail_session_revocation_watchers 2$/m.test(text));
});

// A session of a browser; with a user it is logged in, by the application's action or, where the id is a text, by a program.
async function login(user, service = 0) {
  const jar = new Jar();
  const url = suite.urls[sessions.length % 2];
  await (Number.isInteger(user) ? jar.request('POST', `${url}/login`, { userId: user }) : jar.request('GET', `${url}/user`));
  const cookie = `sails.sid=${jar.get('sails.sid')}`;
  const id = decodeURIComponent(jar.get('sails.sid')).replace(/^s:/, '').split('.')[0];
  if (typeof user === 'string') await call(service, 'Update', { id, set: { userId: Buffer.from(JSON.stringify(user)) } });
  sessions.push(id);
  return { id, cookie, jar };
}

// A socket of a session that keeps when and why it was disconnected.
async function connect(t, url, session) {
  const socket = io(url, {
    transports: ['websocket'], forceNew: true, reconnection: false,
    extraHeaders: { origin: url, ...(session ? { cookie: session.cookie } : {}) },
  });
  t.after(() => socket.disconnect());
  await within('a connection', 10, once(socket, 'connect'));
  socket.ended = new Promise((resolve) => {
    socket.on('disconnect', (reason) => resolve({ reason, at: performance.now() }));
  });
  return socket;
}

const ask = (socket, method = 'get', url = '/user', data = {}) => (
  within(`an answer from ${url}`, 5, socket.emitWithAck(method, { method, url, headers: {}, data }))
);

// One socket of the session on each gateway; the second has made a request.
async function connectBoth(t, session) {
  const both = await Promise.all(suite.urls.map((url) => connect(t, url, session)));
  await ask(both[1]);
  return both;
}

// The milliseconds from the start until the last of them had ended.
async function allEnded(sockets, start) {
  const ends = await within('the end of the sockets', 5, Promise.all(sockets.map((socket) => socket.ended)));
  return { reasons: new Set(ends.map((end) => end.reason)), time: Math.max(...ends.map((end) => end.at)) - start };
}

async function assertAlive(sockets) {
  for (const socket of sockets) {
    assert.ok(socket.connected);
    assert.equal((await ask(socket)).statusCode, 200);
  }
}

test('the list has a user\'s sessions, through any replica', async () => {
  const begin = Date.now();
  const mine = [await login(7, 0), await login(7, 1), await login('7', 0)];
  const other = await login(8);
  for (const index of [0, 1]) {
    assert.deepEqual(ids(await listed(index, '7')), mine.map((each) => each.id).sort());
    assert.deepEqual(ids(await listed(index, '8')), [other.id]);
    assert.deepEqual(await listed(index, '9'), []);
  }
  for (const session of await listed(1, '7')) {
    assert.deepEqual(JSON.parse(session.cookie_json), { originalMaxAge: null, expires: null, httpOnly: true, path: '/' });
    assert.ok(session.since_ms >= begin - 2000 && session.since_ms <= session.last_seen_ms && session.last_seen_ms <= Date.now() + 2000);
    assert.equal(session.expires_ms, session.last_seen_ms + 86400000);
  }
  await call(0, 'Destroy', { id: mine[0].id });
  await call(1, 'Update', { id: mine[1].id, unset: ['userId'] });
  assert.deepEqual(ids(await listed(0, '7')), [mine[2].id]);
  await assert.rejects(listed(0, ''), { code: grpc.status.INVALID_ARGUMENT });
});

test('revoking all of a user\'s sessions but one closes their sockets on every gateway within a second', async (t) => {
  const mine = [await login('anna', 0), await login('anna', 1), await login('anna', 0)];
  const kept = await login('anna', 1);
  const others = [kept, await login('bert'), await login(), undefined];
  const stays = (await Promise.all(others.map((session) => connectBoth(t, session)))).flat();
  const ends = (await Promise.all(mine.map((session) => connectBoth(t, session)))).flat();
  const start = performance.now();
  assert.equal((await revokeAll(1, 'anna', kept.id)).revoked, 3);
  const { reasons, time } = await allEnded(ends, start);
  t.diagnostic(`${ends.length} sockets on two gateways closed ${time.toFixed(1)} ms after the call began`);
  assert.ok(time < 1000, `${time} ms`);
  assert.deepEqual([...reasons], ['io server disconnect']);
  await assertAlive(stays);
  assert.deepEqual(ids(await listed(0, 'anna')), [kept.id]);
  // Over HTTP the session is unknown: its id is not adopted, and no update brings it back.
  const before = mine[0].jar.get('sails.sid');
  assert.equal((await mine[0].jar.request('GET', `${suite.urls[0]}/user`)).status, 200);
  assert.notEqual(mine[0].jar.get('sails.sid'), before);
  await assert.rejects(call(0, 'Update', { id: mine[0].id, set: { a: Buffer.from('1') } }), { code: grpc.status.NOT_FOUND });
});

test('revoking one session closes what it has open: a socket of sails.io.js, a stream of events', async (t) => {
  const session = await login('carl');
  const other = await login('carl');
  const client = await SailsClient.connect(suite.urls[0], { cookie: session.cookie });
  t.after(() => client.socket.isConnected() && client.close());
  const disconnected = new Promise((resolve) => client.socket.on('disconnect', resolve));
  const stream = await new Promise((resolve, reject) => {
    const sent = http.get(`${suite.urls[1]}/user`, { headers: { accept: 'text/event-stream', cookie: session.cookie } }, resolve);
    sent.on('error', reject);
  });
  t.after(() => stream.destroy());
  assert.equal(stream.headers['content-type'], 'text/event-stream');
  const stays = await connectBoth(t, other);
  const start = performance.now();
  await call(0, 'RevokeSession', { id: session.id });
  await within('the socket\'s end', 5, disconnected);
  await within('the stream\'s end', 5, once(stream.resume(), 'close'));
  const time = performance.now() - start;
  t.diagnostic(`both closed ${time.toFixed(1)} ms after the call began`);
  assert.ok(time < 1000, `${time} ms`);
  await assertAlive(stays);
  assert.deepEqual(ids(await listed(0, 'carl')), [other.id]);
});

test('a login over a socket without a cookie is listed, and revoking it takes the socket along', async (t) => {
  const socket = await connect(t, suite.urls[0]);
  assert.equal((await ask(socket, 'post', '/login', { userId: 77 })).statusCode, 200);
  const list = await listed(1, '77');
  assert.equal(list.length, 1);
  const start = performance.now();
  assert.equal((await revokeAll(0, '77')).revoked, 1);
  const { reasons } = await allEnded([socket], start);
  assert.deepEqual([...reasons], ['io server disconnect']);
});

for (const [how, signal] of [['killed', 'SIGKILL'], ['frozen', 'SIGSTOP']]) {
  test(`a revocation reaches every socket within a second although one session service has just been ${how}`, async (t) => {
    for (const index of [0, 1]) {
      const mine = [await login('emil', 0), await login('emil', 1)];
      const ends = (await Promise.all(mine.map((session) => connectBoth(t, session)))).flat();
      const stays = await connectBoth(t, await login('fred'));
      const { pid } = (await suite.processes('session'))[index];
      process.kill(pid, signal);
      const start = performance.now();
      await revokeAll(1 - index, 'emil');
      const { reasons, time } = await allEnded(ends, start);
      if (signal === 'SIGSTOP') process.kill(pid, 'SIGCONT');
      t.diagnostic(`${ends.length} sockets closed ${time.toFixed(1)} ms later (${[...reasons].join(', ')})`);
      assert.ok(time < 1000, `${time} ms`);
      await watched(20);
      await assertAlive(stays);
    }
  });
}

test('a session that went while nobody could watch takes its sockets along', async (t) => {
  // Deleted behind the service's back; then every subscription to Redis is cut.
  const session = await login('gero');
  const [socket] = await connectBoth(t, session);
  const client = await createClient({ url: suite.stores.redis }).connect();
  t.after(() => client.disconnect());
  await client.del(`sess:${session.id}`);
  await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
  const end = await within('the end of the socket', 10, socket.ended);
  assert.equal(end.reason, 'transport close');
});

test('no session\'s id is in any log', () => {
  const logs = path.join(suite.data, 'logs');
  const names = readdirSync(logs);
  assert.ok(names.length >= 6, names.join());
  for (const name of names) {
    const text = readFileSync(path.join(logs, name), 'utf8');
    for (const id of sessions) assert.ok(!text.includes(id), `${name} has a session's id`);
  }
});
