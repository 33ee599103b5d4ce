// Clients that do not read: bounded memory, eviction, and nothing of it for the others.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { eventually } from '../support/eventually.mjs';
import { pubsubClient } from '../support/grpc.mjs';
import { request } from '../support/http.mjs';
import { RawSocket } from '../support/raw_socket.mjs';
import { Suite } from '../support/suite.mjs';

const STALLED = 1000;
const READERS = 20;
const MESSAGE_BYTES = 2 * 1024;
const PER_SECOND = 100;
const MIB = 1 << 20;
// A p99 below this is noise on a shared machine, whatever its ratio to another.
const NOISE_MS = 100;

let suite;
let pubsub;
let gateway;
const readers = [];
const latencies = [];
before(async () => {
  suite = await Suite.start();
  [gateway] = await suite.processes('gateway');
  pubsub = pubsubClient((await suite.processes('pubsub'))[0].grpc);
  for (let i = 0; i < READERS; i++) {
    const reader = io(suite.urls[0], {
      transports: ['websocket'], forceNew: true, reconnection: false, extraHeaders: { origin: suite.urls[0] },
    });
    reader.on('tick', ({ at }) => latencies.push(performance.now() - at));
    readers.push(reader);
  }
  await eventually('all readers are connected', 20, () => readers.every((each) => each.connected));
});
after(async () => {
  for (const reader of readers) reader.close();
  pubsub?.close();
  await suite?.stop();
});

async function metric(name) {
  const { text } = await request('GET', `http://${gateway.admin}/metrics`);
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
}

const residentBytes = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))[1]) * 1024;

// Publishes to everybody at a fixed rate until `done`; resolves to {sent, p99} of the readers' delays.
async function publishUntil(seconds, done) {
  latencies.length = 0;
  const filler = 'x'.repeat(MESSAGE_BYTES);
  const began = performance.now();
  let sent = 0;
  const calls = new Set();
  while (!(await done()) && performance.now() - began < seconds * 1000) {
    while (sent < ((performance.now() - began) / 1000) * PER_SECOND && calls.size < 50) {
      const data = Buffer.from(JSON.stringify(['tick', { at: performance.now(), filler }]));
      const call = pubsub.call('Publish', { operations: [{ broadcast: { data_json: data } }] }).finally(() => calls.delete(call));
      calls.add(call);
      sent++;
    }
    await pause(5);
  }
  await Promise.all(calls);
  await eventually('every reader has every message', 20, () => latencies.length >= sent * READERS);
  assert.equal(latencies.length, sent * READERS);
  latencies.sort((a, b) => a - b);
  return { sent, p99: latencies[Math.floor(latencies.length * 0.99)] };
}

test(`${STALLED} stalled readers are evicted, hold at most 1 MiB each, and disturb nobody`, async (t) => {
  const began = Date.now();
  const calm = await publishUntil(5, async () => Date.now() - began > 4000);

  const stalled = [];
  t.after(() => stalled.forEach((each) => each.close()));
  for (let i = 0; i < STALLED; i += 50) stalled.push(...(await Promise.all(Array.from({ length: 50 }, () => RawSocket.connect(suite.urls[0])))));
  for (const each of stalled) each.stall();
  const before = residentBytes();
  let most = before;
  const busy = await publishUntil(60, async () => {
    most = Math.max(most, residentBytes());
    return (await metric('sail_gateway_socket_evictions_total')) >= STALLED;
  });
  const perClient = (most - before) / STALLED;
  console.log(`p99 ${calm.p99.toFixed(1)} ms without, ${busy.p99.toFixed(1)} ms with stalled readers; ` +
    `${(perClient / 1024).toFixed(0)} KiB of the gateway's memory each; evicted after ${busy.sent} messages`);
  assert.equal(await metric('sail_gateway_socket_evictions_total'), STALLED);
  assert.ok(perClient <= MIB, `${perClient} bytes for each`);
  assert.ok(busy.p99 <= Math.max(2 * calm.p99, NOISE_MS), `p99 went from ${calm.p99} to ${busy.p99} ms`);
  assert.ok(readers.every((each) => each.connected), 'who reads stays');
});
