// Sessions of sockets that came without one: made once something is stored, and none left behind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient } from 'redis';
import { SailsClient } from '../support/sails_client.mjs';
import { REFERENCE_APP, Suite } from '../support/suite.mjs';

let suite;
let redis;
before(async () => {
  suite = await Suite.start({ gateways: 2, app: REFERENCE_APP });
  redis = await createClient({ url: suite.stores.redis }).connect();
});
after(async () => {
  await redis?.disconnect();
  await suite?.stop();
});

const sessions = async () => (await redis.keys('sess:*')).sort();

async function connect(t, gateway = 0, headers = {}) {
  const client = await SailsClient.connect(suite.urls[gateway], headers);
  t.after(() => client.close());
  return async (url, data) => (await client.request('get', url, data)).body;
}

test('requests that store nothing leave no session, whatever the cookie says', async (t) => {
  const before = await sessions();
  for (const headers of [{}, { cookie: 'sails.sid=s%3Aforged.signature' }]) {
    const get = await connect(t, 1, headers);
    for (let i = 0; i < 5; i++) assert.deepEqual((await get('/sess/show')).session, {});
  }
  assert.deepEqual(await sessions(), before);
});

test('parallel requests that store make one session, which lasts as long as the socket asks for it', async (t) => {
  const before = await sessions();
  const get = await connect(t);
  await Promise.all(Array.from({ length: 10 }, (_, i) => get('/sess/set', { k: `k${i}`, v: i })));
  assert.equal((await sessions()).length, before.length + 1);
  assert.equal(Object.keys((await get('/sess/show')).session).length, 10);
});

test('a regenerated session is the socket\'s from then on, a destroyed one leaves none', async (t) => {
  const before = await sessions();
  const get = await connect(t);
  await get('/sess/login', { userId: 5 });
  const [first] = (await sessions()).filter((key) => !before.includes(key));
  await get('/sess/regenerate');
  const [second, ...others] = (await sessions()).filter((key) => !before.includes(key));
  assert.notEqual(second, first);
  assert.deepEqual(others, []);
  assert.deepEqual((await get('/sess/show')).session, { fresh: true });
  await get('/sess/destroy');
  for (let i = 0; i < 3; i++) assert.deepEqual((await get('/sess/show')).session, {});
  assert.deepEqual(await sessions(), before);
  assert.deepEqual(await get('/sess/count'), { n: 1 });
  assert.deepEqual(await get('/sess/count'), { n: 2 });
});
