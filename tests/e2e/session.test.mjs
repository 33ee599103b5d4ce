// Sessions: one cookie for every gateway, and the same store as an Express application beside us.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { createClient } from 'redis';
import { Jar, request } from '../support/http.mjs';
import { Suite } from '../support/suite.mjs';

let suite;
let redis;
let server;
let expressUrl;
before(async () => {
  suite = await Suite.start({ gateways: 2, sessions: 2 });
  redis = await createClient({ url: suite.stores.redis }).connect();
  const app = express();
  app.use(session({
    name: 'sails.sid', secret: suite.sessionSecret, store: new RedisStore({ client: redis }), resave: false, saveUninitialized: false,
  }));
  app.get('/set/:key/:value', (req, res) => {
    req.session[req.params.key] = req.params.value;
    res.json({ ok: true });
  });
  app.get('/show', (req, res) => {
    const { cookie, ...values } = req.session;
    res.json({ id: req.sessionID, values });
  });
  server = await new Promise((resolve) => { const listening = app.listen(0, '127.0.0.1', () => resolve(listening)); });
  expressUrl = `http://127.0.0.1:${server.address().port}`;
});
after(async () => {
  server?.close();
  await redis?.disconnect();
  await suite?.stop();
});

const sessionId = (cookie) => decodeURIComponent(cookie).replace(/^s:/, '').split('.')[0];

test('a request without a cookie gets a signed one, and its session is in Redis as connect-redis writes it', async () => {
  const answer = await request('GET', `${suite.urls[0]}/user`);
  const [cookie] = answer.cookies;
  assert.match(cookie, /^sails\.sid=s%3A[\w-]{32}\.[^;]+; Path=\/; HttpOnly$/);
  const id = sessionId(cookie.split(';')[0].split('=')[1]);
  assert.deepEqual(JSON.parse(await redis.get(`sess:${id}`)), {
    cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/' },
  });
  const ttl = await redis.ttl(`sess:${id}`);
  assert.ok(ttl > 86000 && ttl <= 86400, `lives ${ttl} s`);
});

test('a session made at one gateway is known at the other', async () => {
  const jar = new Jar();
  await jar.request('GET', `${suite.urls[0]}/user`);
  const given = jar.get('sails.sid');
  const other = await jar.request('GET', `${suite.urls[1]}/user`);
  assert.deepEqual(other.cookies, []);
  assert.equal(jar.get('sails.sid'), given);
});

test('a cookie that we did not sign is never adopted', async () => {
  const forged = new Jar();
  forged.set('sails.sid', `s%3A${'a'.repeat(32)}.${'b'.repeat(43)}`);
  const answer = await forged.request('GET', `${suite.urls[0]}/user`);
  assert.equal(answer.status, 200);
  assert.notEqual(sessionId(forged.get('sails.sid')), 'a'.repeat(32));
});

test('a session of ours is read and extended by Express', async () => {
  const jar = new Jar();
  await jar.request('GET', `${suite.urls[0]}/user`);
  const id = sessionId(jar.get('sails.sid'));
  assert.equal((await jar.request('GET', `${expressUrl}/show`)).json.id, id);
  await jar.request('GET', `${expressUrl}/set/color/blue`);
  await jar.request('GET', `${suite.urls[1]}/user`);
  assert.deepEqual((await jar.request('GET', `${expressUrl}/show`)).json, { id, values: { color: 'blue' } });
});

test('a session of Express is known to every gateway and kept as it is', async () => {
  const jar = new Jar();
  await jar.request('GET', `${expressUrl}/set/cart/7`);
  const given = jar.get('sails.sid');
  for (const url of suite.urls) {
    const answer = await jar.request('GET', `${url}/user`);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.cookies, [], 'the gateway keeps the session');
  }
  assert.equal(jar.get('sails.sid'), given);
  assert.deepEqual((await jar.request('GET', `${expressUrl}/show`)).json.values, { cart: '7' });
});
