// An application's own joins survive: recovery_app, whose events are actions.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { Balancer } from '../support/balancer.mjs';
import { RecoveringClient } from '../support/recovering_client.mjs';
import { CHECKOUT, Suite } from '../support/suite.mjs';

let suite;
let balancers = [];
let clients = [];
before(async () => {
  suite = await Suite.start({ gateways: 2, app: path.join(CHECKOUT, 'tests/interop/recovery_app') });
});
afterEach(() => {
  for (const each of [...clients, ...balancers]) each.close();
  clients = [];
  balancers = [];
});
after(() => suite?.stop());

// Through a balancer that begins with that gateway and alternates.
async function client(turn) {
  const balancer = await Balancer.start(suite.urls, (all) => all[turn++ % all.length]);
  balancers.push(balancer);
  const connected = await RecoveringClient.connect(balancer.url);
  clients.push(connected);
  return connected;
}

test('a join that was acknowledged outlives kill -9 of the gateway', async () => {
  const member = await client(0);
  const sender = await client(1);
  const { id } = member.last;
  await member.socket.timeout(5000).emitWithAck('join', 'room');
  const back = suite.kill('gateway', 0);
  await sender.socket.emit('pub', 'room', 'missed');
  assert.deepEqual(await member.connects(2), { id, recovered: true });
  sender.socket.emit('pub', 'room', 'live');
  assert.deepEqual(await member.sees('msg', ['missed', 'live']), ['missed', 'live']);
  await back;
});

test('what an action emits to its own socket is recovered', async () => {
  const member = await client(0);
  await member.sees('auth', [{}]);
  const answer = await member.socket.timeout(5000).emitWithAck('echo', { deep: [1] });
  assert.deepEqual(answer, { deep: [1] });
  member.cut();
  await member.connects(2);
  assert.ok(member.last.recovered);
  // Neither is the connect action asked again, nor comes what was there before.
  assert.equal(member.seen('auth').length, 1);
});
