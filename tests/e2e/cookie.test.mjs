// What config.yaml and routes.yaml say about the session's cookie, as a browser and the store see it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { createClient } from 'redis';
import { eventually, within } from '../support/eventually.mjs';
import { startGateway } from '../support/gateway.mjs';
import { Jar, request } from '../support/http.mjs';
import { Suite } from '../support/suite.mjs';

let suite;
let redis;
before(async () => {
  suite = await Suite.start();
  redis = await createClient({ url: suite.stores.redis }).connect();
});
after(async () => {
  await redis?.disconnect();
  await suite?.stop();
});

async function gateway(t, options) {
  const started = await startGateway(suite, options);
  t.after(() => started.stop());
  return started.url;
}

const HTTPS = { 'x-forwarded-proto': 'https' };
const pair = (answer) => answer.cookies[0]?.split(';')[0];
const idOf = (cookie) => decodeURIComponent(cookie.split('=')[1]).replace(/^s:/, '').split('.')[0];
const expires = (answer) => Date.parse(/Expires=([^;]+)/.exec(answer.cookies[0])[1]);
const sessionCount = async () => (await redis.keys('sess:*')).length;

test('a secure cookie is given to a client that a trusted proxy says speaks TLS, and to no other', async (t) => {
  const url = await gateway(t, {
    config: 'session: {cookie: {secure: true, sameSite: Strict, domain: example.com, path: /}}\nhttp: {trustProxy: 1}',
  });
  assert.deepEqual((await request('GET', `${url}/user`)).cookies, []);
  assert.deepEqual((await request('GET', `${url}/user`, undefined, { 'x-forwarded-proto': 'http' })).cookies, []);
  const given = await request('GET', `${url}/user`, undefined, HTTPS);
  assert.match(given.cookies[0], /^sails\.sid=s%3A[\w-]{32}\.[^;]+; Domain=example\.com; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  const stored = JSON.parse(await redis.get(`sess:${idOf(pair(given))}`));
  assert.deepEqual(stored.cookie, {
    originalMaxAge: null, expires: null, secure: true, httpOnly: true, domain: 'example.com', path: '/', sameSite: 'Strict',
  });
  // Brought back it is good, whatever the client speaks; nothing new is made.
  const count = await sessionCount();
  for (const headers of [HTTPS, {}]) {
    assert.deepEqual((await request('GET', `${url}/user`, undefined, { ...headers, cookie: pair(given) })).cookies, []);
  }
  assert.equal(await sessionCount(), count);
});

test('where no proxy is trusted nobody talks a secure cookie out of the gateway', async (t) => {
  const url = await gateway(t, { config: 'session: {cookie: {secure: true}}\nhttp: {trustProxy: false}' });
  for (const headers of [{}, HTTPS, { ...HTTPS, 'x-forwarded-for': '10.0.0.1' }]) {
    assert.deepEqual((await request('GET', `${url}/user`, undefined, headers)).cookies, []);
  }
});

test('with maxAge the cookie has an end, the session lives as long after each use, and then it is gone', async (t) => {
  const url = await gateway(t, { config: 'session: {cookie: {maxAge: 3000}}' });
  const begin = Date.now();
  const given = await request('GET', `${url}/user`);
  const left = expires(given) - begin;
  assert.ok(left > 1900 && left <= 3500, `${left} ms`);
  const cookie = pair(given);
  const key = `sess:${idOf(cookie)}`;
  assert.equal(JSON.parse(await redis.get(key)).cookie.originalMaxAge, 3000);
  // In use it outlives its first three seconds, without a new cookie. (The browser lets the old one go: no rolling.)
  while (Date.now() < begin + 4500) {
    assert.deepEqual((await request('GET', `${url}/user`, undefined, { cookie })).cookies, []);
    const ttl = await redis.pTTL(key);
    assert.ok(ttl > 0 && ttl <= 3000, `${ttl} ms`);
    await pause(100);
  }
  await eventually('the end of the unused session', 10, async () => !(await redis.exists(key)));
  const later = await request('GET', `${url}/user`, undefined, { cookie });
  assert.notEqual(idOf(pair(later)), idOf(cookie));
});

test('a rolling cookie is given with every answer, its end moves on', async (t) => {
  const url = await gateway(t, { config: 'session: {cookie: {maxAge: 60000}, rolling: true}' });
  const jar = new Jar();
  const first = await jar.request('GET', `${url}/user`);
  const id = idOf(pair(first));
  await eventually('a later end', 5, async () => {
    const next = await jar.request('GET', `${url}/user`);
    assert.equal(idOf(pair(next)), id);
    return expires(next) > expires(first);
  });
  assert.ok(await redis.pTTL(`sess:${id}`) > 58000);
});

test('a new secret signs, the old one is still accepted until it is taken away', async (t) => {
  const [old, fresh] = ['an old secret of tests', 'a fresh secret of tests'];
  const [before, during, afterwards] = await Promise.all([
    { SAIL_SESSION_SECRET: old },
    { SAIL_SESSION_SECRET: fresh, SAIL_SESSION_OLD_SECRETS: `an older secret of tests,${old}` },
    { SAIL_SESSION_SECRET: fresh },
  ].map((env) => gateway(t, { env })));
  const accepts = async (url, cookie) => (await request('GET', `${url}/user`, undefined, { cookie })).cookies.length === 0;
  const signedOld = pair(await request('GET', `${before}/user`));
  const signedFresh = pair(await request('GET', `${during}/user`));
  assert.deepEqual([await accepts(before, signedOld), await accepts(during, signedOld), await accepts(afterwards, signedOld)], [true, true, false]);
  assert.deepEqual([await accepts(before, signedFresh), await accepts(during, signedFresh), await accepts(afterwards, signedFresh)], [false, true, true]);
});

test('a route without sessions makes none and gives no cookie, over HTTP and over a socket', async (t) => {
  const url = await gateway(t, {
    config: 'sockets: {onlyAllowOrigins: ["http://localhost:*"]}',
    routes: '"GET /open": {action: user/find, session: false}\n',
  });
  const count = await sessionCount();
  const answer = await request('GET', `${url}/open`);
  assert.deepEqual([answer.status, answer.cookies, answer.json], [200, [], []]);
  const socket = io(url, { transports: ['websocket'], forceNew: true, extraHeaders: { origin: 'http://localhost:1' } });
  t.after(() => socket.disconnect());
  const ask = (path) => within(`an answer from ${path}`, 10, socket.emitWithAck('get', { method: 'get', url: path, headers: {}, data: {} }));
  assert.equal((await ask('/open')).statusCode, 200);
  assert.equal(await sessionCount(), count);
  assert.equal((await request('GET', `${url}/user`)).cookies.length, 1);
  assert.equal(await sessionCount(), count + 1);
});
