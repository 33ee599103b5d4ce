// Namespaces that clients make, who may come in, who is there: an application with its actions in Node, on two gateways.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { io } from 'socket.io-client';
import { within } from '../support/eventually.mjs';
import { CHECKOUT, Suite } from '../support/suite.mjs';

let suite;
before(async () => {
  suite = await Suite.start({ gateways: 2, app: path.join(CHECKOUT, 'tests/interop/chat_app') });
});
after(() => suite?.stop());

const heard = (socket, event) => within(`the event ${event}`, 10, new Promise((resolve) => socket.once(event, (...args) => resolve(args))));

function client(t, gateway, nsp, auth = {}) {
  const socket = io(suite.urls[gateway] + nsp, { forceNew: true, reconnection: false, transports: ['websocket'], auth });
  t.after(() => socket.close());
  return socket;
}

test('who has no name is refused, with data; a name that matches no pattern is no namespace', async (t) => {
  const [refused] = await heard(client(t, 0, '/team-a'), 'connect_error');
  assert.equal(refused.message, 'who are you?');
  assert.deepEqual(refused.data, { code: 'NO_NAME' });
  for (const nsp of ['/team-', '/teams']) assert.equal((await heard(client(t, 0, nsp, { name: 'x' }), 'connect_error'))[0].message, 'Invalid namespace');
});

test('a team spans the gateways, and teams do not hear each other', async (t) => {
  const ann = client(t, 0, '/team-a', { name: 'Ann' });
  assert.deepEqual(await heard(ann, 'welcome'), ['/team-a', 'Ann']);
  const eve = client(t, 1, '/team-b', { name: 'Eve' });
  await heard(eve, 'welcome');
  const overheard = [];
  eve.onAny((...args) => overheard.push(args));

  const joined = heard(ann, 'joined');
  const bob = client(t, 1, '/team-a', { name: 'Bob' });
  assert.deepEqual(await joined, ['Bob']);

  const message = heard(ann, 'message');
  assert.deepEqual(await bob.timeout(5000).emitWithAck('message', 'hello', { n: 1 }), 'sent');
  assert.deepEqual(await message, ['Bob', 'hello', { n: 1 }]);

  const left = heard(ann, 'left');
  bob.disconnect();
  assert.deepEqual(await left, ['Bob', 'client namespace disconnect']);
  assert.equal(await eve.timeout(5000).emitWithAck('whoami'), 'Eve');
  assert.deepEqual(overheard, []);
});

test('a connection that is cut is reported, with its reason', async (t) => {
  const ann = client(t, 0, '/team-c', { name: 'Ann' });
  await heard(ann, 'welcome');
  const bob = client(t, 1, '/team-c', { name: 'Bob' });
  await heard(bob, 'welcome');
  const left = heard(ann, 'left');
  bob.io.engine.transport.ws.terminate();
  assert.deepEqual(await left, ['Bob', 'transport close']);
});
