// A process that stands still (SIGSTOP) disturbs only its own clients, and goes on when it is woken.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.mjs';
import { request } from '../support/http.mjs';
import { SailsClient } from '../support/sails_client.mjs';
import { Suite } from '../support/suite.mjs';

const FROZEN_MS = 8000;
const SLOWEST_MS = 2500; // the longest that an answer or an event may take meanwhile
const PACE_MS = 50;
const LEAVE_SECONDS = 15;

let suite;
before(async () => {
  suite = await Suite.start({ gateways: 2, sessions: 2, pubsubs: 2, logics: 2 });
});
after(() => suite?.stop());

let serial = 0;

// Freezes the process, and writes through the gateway at `url` meanwhile. Resolves to the slowest answer and the slowest
// event of a client there, in milliseconds.
async function whileFrozen({ pid }, url) {
  const client = await SailsClient.connect(url);
  client.watch('tag');
  await client.request('get', '/tag?limit=1');
  const arrived = new Map();
  client.socket.on('tag', (event) => arrived.set(event.id, performance.now()));
  const slowest = { answer: 0, event: 0 };
  process.kill(pid, 'SIGSTOP');
  try {
    const until = performance.now() + FROZEN_MS;
    while (performance.now() < until) {
      const began = performance.now();
      const { status, json: tag } = await request('POST', `${url}/tag`, { label: `frozen-${serial++}` });
      assert.equal(status, 200);
      slowest.answer = Math.max(slowest.answer, performance.now() - began);
      await eventually(`the event of tag ${tag.id}`, 10, () => arrived.has(tag.id));
      slowest.event = Math.max(slowest.event, arrived.get(tag.id) - began);
      await pause(PACE_MS);
    }
  } finally {
    process.kill(pid, 'SIGCONT');
    client.close();
  }
  return slowest;
}

async function assertWellAgain(seconds = 20) {
  for (const url of suite.urls) {
    await eventually(`events through ${url}`, seconds, async () => {
      const client = await SailsClient.connect(url);
      client.watch('tag');
      await client.request('get', '/tag?limit=1');
      const { json: tag } = await request('POST', `${suite.urls[0]}/tag`, { label: `again-${serial++}` });
      const heard = await eventually('its event', 2, () => client.events.some((each) => each.id === tag.id)).catch(() => false);
      client.close();
      return heard;
    });
  }
}

test('a frozen gateway', async () => {
  const slowest = await whileFrozen((await suite.processes('gateway'))[1], suite.urls[0]);
  console.log(`slowest answer ${slowest.answer.toFixed(0)} ms, slowest event ${slowest.event.toFixed(0)} ms`);
  assert.ok(slowest.answer < SLOWEST_MS && slowest.event < SLOWEST_MS);
  await assertWellAgain();
});

test('a frozen session service', async () => {
  const slowest = await whileFrozen((await suite.processes('session'))[1], suite.urls[0]);
  console.log(`slowest answer ${slowest.answer.toFixed(0)} ms, slowest event ${slowest.event.toFixed(0)} ms`);
  assert.ok(slowest.answer < SLOWEST_MS && slowest.event < SLOWEST_MS);
  await assertWellAgain();
});

test('a frozen pubsub service without gateways', async () => {
  await suite.kill('pubsub', 1); // its gateways attach to the other one, and stay there
  const slowest = await whileFrozen((await suite.processes('pubsub'))[1], suite.urls[0]);
  console.log(`slowest answer ${slowest.answer.toFixed(0)} ms, slowest event ${slowest.event.toFixed(0)} ms`);
  assert.ok(slowest.answer < SLOWEST_MS && slowest.event < SLOWEST_MS);
  await assertWellAgain();
});

test(`gateways leave a frozen pubsub service within ${LEAVE_SECONDS} s`, async () => {
  const { pid } = (await suite.processes('pubsub'))[0]; // where all are since the test before
  process.kill(pid, 'SIGSTOP');
  try {
    await assertWellAgain(LEAVE_SECONDS);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await assertWellAgain();
});
