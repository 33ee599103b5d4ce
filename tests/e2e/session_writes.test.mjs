// What Sails loses: parallel writes to one session, and a logout that a slow request undoes. And a store that does not answer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../support/eventually.mjs';
import { Jar } from '../support/http.mjs';
import { REFERENCE_APP, Suite } from '../support/suite.mjs';

const SESSIONS = 1000;
const WRITES = 100; // of each session, all at once, each to a key of its own
const SESSIONS_AT_A_TIME = 10;

let suite;
before(async () => {
  suite = await Suite.start({ gateways: 2, sessions: 2, app: REFERENCE_APP });
});
after(() => suite?.stop());

const url = (turn, path) => `${suite.urls[turn % suite.urls.length]}${path}`;

// Writes to one session over all gateways at once; resolves to the keys that were acknowledged and are not there.
async function lostWrites() {
  const jar = new Jar();
  await jar.request('GET', url(0, '/sess/show'));
  const answers = await Promise.all(Array.from({ length: WRITES }, (_, i) => jar.request('PUT', url(i, '/sess/set'), { k: `k${i}`, v: i })));
  const { json } = await jar.request('GET', url(1, '/sess/show'));
  return answers.flatMap((answer, i) => {
    assert.equal(answer.status, 200);
    return json.session[`k${i}`] === i ? [] : [`k${i}`];
  });
}

test(`${SESSIONS} sessions with ${WRITES} parallel writes each over two gateways and two session services lose none`, async () => {
  let left = SESSIONS;
  const lost = [];
  const worker = async () => {
    while (left-- > 0) lost.push(...(await lostWrites()));
  };
  await Promise.all(Array.from({ length: SESSIONS_AT_A_TIME }, worker));
  assert.deepEqual(lost, []);
});

test('a slow request that began before a logout does not bring the login back', async () => {
  const jar = new Jar();
  await jar.request('POST', url(0, '/login'), { userId: 7 });
  assert.equal((await jar.request('GET', url(1, '/guarded/hello'))).status, 200);
  const slow = jar.request('GET', url(0, '/sess/slow?ms=500'));
  await jar.request('GET', url(1, '/sess/logout'));
  assert.equal((await slow).status, 200);
  const { json } = await jar.request('GET', url(1, '/sess/show'));
  assert.equal(json.session.userId, undefined);
  assert.equal(json.session.slow, true, 'what the slow request itself wrote is kept');
});

test('a slow request that began before the session was destroyed does not bring the session back', async () => {
  const jar = new Jar();
  await jar.request('POST', url(0, '/login'), { userId: 7 });
  const cookie = jar.get('sails.sid');
  const slow = jar.request('GET', url(0, '/sess/slow?ms=500'));
  await jar.request('GET', url(1, '/sess/destroy'));
  await slow;
  jar.set('sails.sid', cookie);
  assert.equal((await jar.request('GET', url(1, '/guarded/hello'))).status, 403);
});

test('while Redis is frozen requests that need a session get 503 within a second, others work, and all is well soon after', async () => {
  const jar = new Jar();
  await jar.request('GET', url(0, '/sess/show'));
  const [redis] = await suite.processes('redis');
  process.kill(redis.pid, 'SIGSTOP');
  try {
    for (let turn = 0; turn < 4; turn++) {
      const began = Date.now();
      const answer = await jar.request('GET', url(turn, '/sess/show'));
      assert.equal(answer.status, 503);
      assert.ok(answer.headers['retry-after'], 'says when to come back');
      assert.ok(Date.now() - began < 1500, `answered after ${Date.now() - began} ms`);
    }
    assert.equal((await jar.request('GET', url(0, '/no/such.png'))).status, 404, 'what needs no session is answered');
  } finally {
    process.kill(redis.pid, 'SIGCONT');
  }
  await eventually('sessions work again', 5, async () => (await jar.request('GET', url(0, '/sess/show'))).status === 200);
});
