// Resourceful events across two gateways, with the clients that people use.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { io as socketClient4 } from 'socket.io-client';
import { within } from '../support/eventually.mjs';
import { request } from '../support/http.mjs';
import { SailsClient } from '../support/sails_client.mjs';
import { Suite } from '../support/suite.mjs';

const socketClient2 = createRequire(import.meta.url)('socket.io-client-2');

let suite;
let first;
let second;
before(async () => {
  suite = await Suite.start({ gateways: 2, sessions: 2, pubsubs: 2, logics: 2 });
  [first, second] = suite.urls;
});
after(() => suite?.stop());

let serial = 0;
const newUser = (name) => ({ name, email: `${name}.${serial++}@example.com`.toLowerCase() });

// A sails.io.js client on the first gateway that watches users and pets.
async function watcher(t) {
  const client = await SailsClient.connect(first);
  t.after(() => client.close());
  client.watch('user');
  client.watch('pet');
  for (const model of ['user', 'pet']) assert.equal((await client.request('get', `/${model}`)).statusCode, 200);
  return client;
}

test('a record created through one gateway reaches a watcher on the other', async (t) => {
  const client = await watcher(t);
  const { json: user } = await request('POST', `${second}/user`, newUser('Ann'));
  const event = await client.event('created', (each) => each.verb === 'created' && each.id === user.id);
  assert.deepEqual(event.data, user);
});

test('a watcher hears of changes and of the end of a record that was created while it watched', async (t) => {
  const client = await watcher(t);
  const { json: user } = await request('POST', `${second}/user`, newUser('Bob'));
  await client.event('created', (each) => each.verb === 'created' && each.id === user.id);

  await request('PATCH', `${second}/user/${user.id}`, { age: 44 });
  const updated = await client.event('updated', (each) => each.verb === 'updated' && each.id === user.id);
  assert.equal(updated.data.age, 44);
  assert.deepEqual(updated.previous, user);

  await request('DELETE', `${second}/user/${user.id}`);
  const destroyed = await client.event('destroyed', (each) => each.verb === 'destroyed' && each.id === user.id);
  assert.equal(destroyed.previous.age, 44);
});

test('a watcher hears of pets that come to a user and leave', async (t) => {
  const { json: user } = await request('POST', `${second}/user`, newUser('Cy'));
  const { json: pet } = await request('POST', `${second}/pet`, { name: 'Rex' });
  const client = await watcher(t);

  await request('PUT', `${second}/user/${user.id}/pets/${pet.id}`);
  await client.event('addedTo', (each) => (
    each.verb === 'addedTo' && each.id === user.id && each.attribute === 'pets' && each.addedId === pet.id
  ));
  await request('DELETE', `${second}/user/${user.id}/pets/${pet.id}`);
  await client.event('removedFrom', (each) => (
    each.verb === 'removedFrom' && each.id === user.id && each.attribute === 'pets' && each.removedId === pet.id
  ));
});

test('a client does not hear its own changes, the other one does', async (t) => {
  const actor = await watcher(t);
  const other = await watcher(t);
  const made = await actor.request('post', '/user', newUser('Dee'));
  assert.equal(made.statusCode, 200);
  await other.event('created', (each) => each.verb === 'created' && each.id === made.body.id);
  // What follows comes after the echo would have: events of one room keep their order.
  const { json: last } = await request('POST', `${second}/user`, newUser('Eve'));
  await actor.event('created', (each) => each.verb === 'created' && each.id === last.id);
  assert.ok(!actor.events.some((each) => each.verb === 'created' && each.id === made.body.id));
});

test('virtual requests answer with the status and body of their HTTP twins', async (t) => {
  const client = await watcher(t);
  const { json: user } = await request('POST', `${second}/user`, newUser('Fay'));
  const read = await client.request('get', `/user/${user.id}`);
  assert.deepEqual([read.statusCode, read.body], [200, user]);
  const missing = await client.request('get', '/user/999999');
  assert.deepEqual([missing.statusCode, missing.body], [404, 'Not Found']);
  const refused = await client.request('post', '/user', { age: 1 });
  assert.deepEqual([refused.statusCode, refused.body.code], [400, 'E_INVALID_NEW_RECORD']);
  const gone = await client.request('delete', `/user/${user.id}`);
  assert.equal(gone.statusCode, 200);
});

for (const [name, connect] of [['4', socketClient4], ['2', socketClient2]]) {
  test(`socket.io-client ${name} connects, asks with an ack and gets events`, async (t) => {
    const socket = connect(first, {
      transports: ['websocket'], extraHeaders: { origin: first }, forceNew: true,
      query: { __sails_io_sdk_version: '1.2.1', __sails_io_sdk_platform: 'node', __sails_io_sdk_language: 'javascript' },
    });
    t.after(() => socket.disconnect());
    await within('connect', 10, new Promise((resolve, reject) => {
      socket.on('connect', resolve);
      socket.on('connect_error', reject);
    }));
    const ask = (verb, url, data = {}) => within(`${verb} ${url}`, 10, new Promise((resolve) => {
      socket.emit(verb, { method: verb, headers: {}, data, url }, resolve);
    }));
    const list = await ask('get', '/user?limit=1');
    assert.equal(list.statusCode, 200);
    const heard = within('created', 10, new Promise((resolve) => socket.on('user', resolve)));
    const { json: user } = await request('POST', `${second}/user`, newUser(`Client${name}`));
    const event = await heard;
    assert.deepEqual([event.verb, event.id, event.data], ['created', user.id, user]);
  });
}

test('a socket from an origin that is not allowed is refused', async () => {
  const socket = socketClient4(first, { transports: ['websocket'], extraHeaders: { origin: 'http://evil.example' }, reconnection: false });
  const error = await within('a refusal', 10, new Promise((resolve, reject) => {
    socket.on('connect', () => reject(new Error('connected')));
    socket.on('connect_error', resolve);
  }));
  assert.ok(error);
  socket.disconnect();
});
