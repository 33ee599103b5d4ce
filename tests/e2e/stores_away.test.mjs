// A store that is stopped, frozen, or cuts its connections: who needs it is told so at once, who does not is served, and its
// return is noticed without a restart of anything.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.mjs';
import { makeApplication } from '../support/application.mjs';
import { Jar, request } from '../support/http.mjs';
import { PrivatePostgres, PrivateRedis } from '../support/private_stores.mjs';
import { SailsClient } from '../support/sails_client.mjs';
import { Suite } from '../support/suite.mjs';

const ANSWER_MS = 1500; // a second, and half of one for a machine that is busy
const RECOVERY_SECONDS = 5;

let postgres;
let redis;
let app;
let suite;
let base;
before(async () => {
  app = makeApplication({
    'config.yaml': 'models:\n  migrate: alter\nhttp:\n  static:\n    /: assets\n',
    'assets/page.html': '<p>a page</p>\n',
    'routes.yaml': '"GET /csrfToken": security/grant-csrf-token\n"GET /open/user": {action: user/find, session: false}\n'
      + '"POST /open/user": {action: user/create, session: false}\n',
  });
  [postgres, redis] = await Promise.all([PrivatePostgres.start(), PrivateRedis.start()]);
  suite = await Suite.start({ logics: 2, sessions: 2, app, env: { SAIL_POSTGRES_URL: postgres.url, SAIL_REDIS_URL: redis.url } });
  [base] = suite.urls;
});
after(async () => {
  await suite?.stop();
  await Promise.all([postgres?.remove(), redis?.remove()]);
  if (app) rmSync(app, { recursive: true, force: true });
});

// [method, path, body]
const READS = [['GET', '/user'], ['GET', '/user/1'], ['GET', '/user?where={"name":{"contains":"a"}}&populate=pets'], ['GET', '/user/1/pets']];
const WRITES = [
  ['POST', '/user', { name: 'late' }], ['PATCH', '/user/1', { name: 'late' }], ['PUT', '/user/1/pets', []], ['DELETE', '/user/77'],
];

async function timed(sent) {
  const began = performance.now();
  const answer = await sent;
  return { ...answer, ms: Math.round(performance.now() - began) };
}

function assertRefused(answer, what) {
  assert.equal(answer.status, 503, `${what}: ${answer.status} after ${answer.ms} ms`);
  assert.equal(answer.headers['retry-after'], '1', what);
  assert.ok(answer.ms < ANSWER_MS, `${what} was answered after ${answer.ms} ms`);
}

async function assertServed(jar, [method, path, body]) {
  const answer = await timed(jar.request(method, `${base}${encodeURI(path)}`, body));
  assert.equal(answer.status, 200, `${method} ${path}: ${answer.status} ${answer.text}`);
  assert.ok(answer.ms < ANSWER_MS, `${method} ${path} took ${answer.ms} ms`);
}

const session = new Jar();

// Three turns: what is under way when the trouble is found out, and what comes after; each request alone, then all at once.
async function assertDataIsRefused() {
  for (const turn of [1, 2, 3]) {
    const all = [...READS, ...WRITES, ...READS, ...WRITES];
    await Promise.all(all.map(async ([method, path, body]) => {
      const answer = await timed(session.request(method, `${base}${encodeURI(path)}`, body));
      assertRefused(answer, `turn ${turn}: ${method} ${path}`);
    }));
    assertRefused(await timed(session.request('GET', `${base}/user`)), `turn ${turn}: GET /user alone`);
  }
}

async function assertRestIsServed() {
  for (const path of ['/page.html', '/csrfToken']) await assertServed(session, ['GET', path]);
}

async function assertAllIsWell(since) {
  await eventually('everything works again', RECOVERY_SECONDS, async () => {
    for (const [method, path] of [...READS, ['PATCH', '/user/1']]) {
      const answer = await session.request(method, `${base}${encodeURI(path)}`, method === 'PATCH' ? { name: 'Ann' } : undefined);
      if (answer.status !== 200) return false;
    }
    return true;
  });
  assert.ok(performance.now() - since < RECOVERY_SECONDS * 1000, `well after ${performance.now() - since} ms`);
  // And not by chance: every replica is well.
  for (let turn = 0; turn < 20; turn++) await assertServed(session, READS[turn % READS.length]);
}

// A watcher's next event, to show that the outbox is relayed.
async function assertEventsFlow(client) {
  const { json } = await session.request('POST', `${base}/user`, { name: 'seen' });
  await client.event('the event of a new record', (event) => event.verb === 'created' && event.id === json?.id);
}

let watcher;
test('everything works while both stores are there', async () => {
  for (const name of ['Ann', 'Bob']) await assertServed(session, ['POST', '/user', { name }]);
  await assertServed(session, ['POST', '/pet', { name: 'Rex', owner: 1 }]);
  for (const each of READS) await assertServed(session, each);
  await assertRestIsServed();
  watcher = await SailsClient.connect(base);
  watcher.watch('user');
  assert.equal((await watcher.request('get', '/user')).statusCode, 200);
  await assertEventsFlow(watcher);
});

test('while Postgres is stopped data is a 503 within a second, the rest is served, and all is well within 5 s of its return', async () => {
  await postgres.stop();
  await assertDataIsRefused();
  await assertRestIsServed();
  const virtual = await timed(watcher.request('get', '/user'));
  assert.equal(virtual.statusCode, 503);
  assert.ok(virtual.ms < ANSWER_MS, `the virtual request was answered after ${virtual.ms} ms`);
  await postgres.start();
  await assertAllIsWell(performance.now());
  await assertEventsFlow(watcher);
});

test('while Postgres is frozen data is a 503 within a second, the rest is served, and all is well within 5 s of its return', async () => {
  postgres.freeze();
  try {
    await assertDataIsRefused();
    await assertRestIsServed();
  } finally {
    postgres.thaw();
  }
  await assertAllIsWell(performance.now());
  await assertEventsFlow(watcher);
  // What was refused was not done behind the client's back.
  assert.deepEqual(postgres.query("select count(*) from \"user\" where name = 'late'"), ['0']);
});

test('idle connections that Postgres cut are replaced unseen', async () => {
  for (let turn = 0; turn < 3; turn++) {
    await Promise.all(Array.from({ length: 32 }, () => assertServed(session, READS[0]))); // every connection is there
    postgres.query("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = 'sail' and pid <> pg_backend_pid()");
    const all = Array.from({ length: 8 }, (_, i) => [...READS, ['PATCH', '/user/1', { name: `Ann ${i}` }], ['POST', '/user', { name: 'Cut' }]]);
    await Promise.all(all.flat().map((each) => assertServed(session, each)));
    await assertEventsFlow(watcher);
  }
});

test('idle connections that Redis cut are replaced unseen', async () => {
  for (let turn = 0; turn < 3; turn++) {
    await pause(100); // a connection that is cut as soon as it stands is not replaced at once
    redis.cutConnections();
    await Promise.all(Array.from({ length: 16 }, () => assertServed(session, ['GET', '/csrfToken'])));
    await eventually('events flow', RECOVERY_SECONDS, () => assertEventsFlow(watcher).then(() => true));
  }
});

for (const [state, away, back] of [
  ['stopped', () => redis.stop(), () => redis.start()],
  ['frozen', () => redis.freeze(), () => redis.thaw()],
]) {
  test(`while Redis is ${state} sessions are a 503 within a second, the rest is served, and all is well within 5 s of its return`, async () => {
    await away();
    try {
      for (let turn = 0; turn < 3; turn++) {
        await Promise.all([...READS, ['GET', '/csrfToken'], ['GET', '/user']].map(async ([method, path]) => {
          assertRefused(await timed(session.request(method, `${base}${encodeURI(path)}`)), `${method} ${path}`);
        }));
      }
      assertRefused(await timed(request('GET', `${base}/user`)), 'a request that would make a session');
      const nobody = new Jar();
      await assertServed(nobody, ['GET', '/page.html']);
      await assertServed(nobody, ['GET', '/open/user']);
      await assertServed(nobody, ['POST', '/open/user', { name: 'Open' }]);
    } finally {
      await back();
    }
    await assertAllIsWell(performance.now());
    await assertEventsFlow(watcher);
  });
}
