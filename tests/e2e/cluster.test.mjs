// One cluster of gateways and a Socket.IO server of Node on the same Redis, unmodified: @socket.io/redis-adapter 8.3.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { createAdapter } from '@socket.io/redis-adapter';
import { Emitter } from '@socket.io/redis-emitter';
import notepack from 'notepack.io';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { BusTap } from '../support/bus_tap.mjs';
import { eventually } from '../support/eventually.mjs';
import { json, parsed, PubSubClient, STATUS } from '../support/pubsub_client.mjs';
import { SocketClient } from '../support/socket_client.mjs';
import { Suite } from '../support/suite.mjs';

let suite;
let tap;
let redis;
let subscriber;
let io;
let nodeUrl;
let programs; // one per pubsub replica
before(async () => {
  suite = await Suite.start({ gateways: 2, pubsubs: 2 });
  tap = await BusTap.start(suite.stores.redis);
  redis = await createClient({ url: suite.stores.redis }).connect();
  subscriber = await redis.duplicate().connect();
  const server = http.createServer();
  io = new Server(server, { adapter: createAdapter(redis, subscriber) });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  nodeUrl = `http://127.0.0.1:${server.address().port}`;
  programs = [await PubSubClient.connect(suite, 0), await PubSubClient.connect(suite, 1)];
  await eventually('the Node server in the cluster', 10, async () => {
    const [, count] = await redis.sendCommand(['PUBSUB', 'NUMSUB', io.of('/').adapter.specificResponseChannel]);
    return count === 1;
  });
});
after(async () => {
  programs?.forEach((each) => each.close());
  await io?.close();
  await tap?.stop();
  await subscriber?.quit();
  await redis?.quit();
  await suite?.stop();
});

// A client of each gateway and one of the Node server.
async function clients(t, options) {
  const all = await Promise.all([...suite.urls, nodeUrl].map((url) => SocketClient.connect(url, options)));
  t.after(() => all.forEach((each) => each.close()));
  return all;
}

// So many sockets of the cluster are in the room: then their nodes get what is published to it.
const joined = (room, count) => eventually(`${count} in ${room}`, 10, async () => (
  (await programs[0].call('CountSockets', { selection: { rooms: [room] } })).count === count
));

const ids = (list) => list.map((each) => each.id).sort();

test('events reach the clients of all, from Node and from programs', async (t) => {
  const [a, b, n] = await clients(t);
  io.emit('from-node', 1, -1, 1.5, 'é', null, [1], { a: { b: 1 } }, Buffer.from([1, 2, 3]));
  const expected = ['from-node', 1, -1, 1.5, 'é', null, [1], { a: { b: 1 } }, Buffer.from([1, 2, 3])];
  for (const client of [a, b, n]) assert.deepEqual(await client.event('from-node'), expected);
  await programs[0].publish({ broadcast: {
    data_json: json(['from-program', { x: { _placeholder: true, num: 0 } }]), attachments: [Buffer.from([9])],
  } });
  for (const client of [a, b, n]) assert.deepEqual(await client.event('from-program'), ['from-program', { x: Buffer.from([9]) }]);
});

test('Node moves and disconnects the clients of gateways', async (t) => {
  const [a, b, n] = await clients(t);
  io.in(a.id).socketsJoin(['red', 'blue']);
  io.in(b.id).socketsJoin('red');
  await joined('red', 2);
  io.in('red').except('blue').socketsJoin('only-b');
  await joined('only-b', 1);
  io.to('only-b').emit('b', 1);
  io.to('red').except('blue').emit('not-a', 1);
  io.to(['red', 'blue']).emit('both', 1);
  await a.event('both');
  await b.event('both');
  assert.deepEqual(b.heard, [['b', 1], ['not-a', 1], ['both', 1]]);
  assert.deepEqual(a.heard, [['both', 1]]);
  io.in('red').except('blue').socketsLeave('red');
  io.to('red').emit('red', 2);
  io.emit('end');
  await a.event('red');
  await b.event('end');
  assert.ok(!b.hasHeard('red'));
  io.in('red').disconnectSockets(true);
  await a.closed();
  assert.ok(b.socket.connected && n.socket.connected);
});

test('programs move and disconnect the clients of Node', async (t) => {
  const [a, , n] = await clients(t);
  const room = 'from-programs';
  await programs[0].publish(
    { add_members: { source_rooms: [n.id, a.id], target_rooms: [room] } },
    { add_members: { source_rooms: [room], target_rooms: ['only-n'], except_rooms: [a.id] } },
  );
  await programs[0].emit(['only-n'], ['n', 1]);
  await programs[0].emit([room], ['both', 1]);
  await Promise.all([n.event('both'), a.event('both')]);
  assert.deepEqual([n.heard, a.heard], [[['n', 1], ['both', 1]], [['both', 1]]]);
  await programs[1].publish({ remove_members: { source_rooms: [n.id], target_rooms: [room] } });
  await eventually('the Node socket out of the room', 10, () => !io.sockets.adapter.rooms.has(room));
  await programs[0].publish({ disconnect: { rooms: [n.id], close: true } });
  await n.closed();
  assert.ok(a.socket.connected);
});

test('Node fetches the sockets of gateways as its own', async (t) => {
  const [a, b, n] = await clients(t, { auth: { token: 'secret' } });
  io.in([a.id, n.id]).socketsJoin('fetched');
  await joined('fetched', 2);
  assert.deepEqual(ids(await io.fetchSockets()), ids([a, b, n]));
  assert.deepEqual(ids(await io.except('fetched').fetchSockets()), [b.id]);
  const sockets = await io.in('fetched').fetchSockets();
  const theirs = sockets.find((each) => each.id === n.id).handshake;
  const { id, handshake, rooms, data } = sockets.find((each) => each.id === a.id);
  assert.deepEqual([id, [...rooms].sort(), data], [a.id, [a.id, 'fetched'].sort(), {}]);
  assert.deepEqual(Object.keys(handshake), Object.keys(theirs));
  assert.deepEqual({ ...handshake.query, t: 0 }, { ...theirs.query, t: 0 });
  assert.deepEqual([handshake.auth, handshake.xdomain, handshake.secure], [theirs.auth, theirs.xdomain, theirs.secure]);
  assert.equal(handshake.headers.origin, suite.urls[0]);
  assert.ok(Math.abs(handshake.issued - Date.now()) < 60000 && Math.abs(Date.parse(handshake.time) - handshake.issued) < 1000);
  assert.ok((await io.of('/').adapter.allRooms()).has('fetched'));
  // A socket that was fetched can be used.
  sockets.find((each) => each.id === a.id).emit('to-you', 1);
  await a.event('to-you');
});

test('programs see the whole cluster through any replica', async (t) => {
  const [a, b, n] = await clients(t);
  await programs[0].publish({ add_members: { source_rooms: [a.id, n.id], target_rooms: ['seen'] } });
  io.sockets.sockets.get(n.id).data = { name: 'Ann' };
  await joined('seen', 2);
  const whole = { nodes: 3, answered: 3 };
  for (const program of programs) {
    const all = await program.call('FetchSockets', {});
    assert.deepEqual([ids(all.sockets), all.truncated, all.coverage], [ids([a, b, n]), false, whole]);
    const [own, node] = [a, n].map((client) => all.sockets.find((each) => each.id === client.id));
    assert.ok(own.gateway_id && !node.gateway_id);
    assert.ok(own.rooms.includes('seen') && own.handshake.url.startsWith('/socket.io/?'));
    assert.deepEqual([own.handshake.headers_json.length, node.handshake.headers_json.length], [0, 0]);
    const headers = await program.call('FetchSockets', { selection: { rooms: ['seen'] }, with_headers: true });
    for (const socket of headers.sockets) assert.ok(parsed(socket.handshake.headers_json).origin);
    const few = await program.call('FetchSockets', { limit: 2 });
    assert.deepEqual([few.sockets.length, few.truncated], [2, true]);

    const count = await program.call('CountSockets', {});
    assert.deepEqual(count, { count: 3, coverage: whole });
    assert.equal((await program.call('CountSockets', { selection: { except_rooms: ['seen'] } })).count, 1);

    const rooms = await program.call('ListRooms', {});
    assert.deepEqual(rooms.rooms, ['seen', a.id, b.id, n.id].sort((x, y) => (x < y ? -1 : 1)));
    assert.deepEqual((await program.call('ListRooms', { prefix: 'se' })).rooms, ['seen']);

    // Only the gateway that has the room is asked.
    const presence = await program.call('Presence', { room: 'seen' });
    assert.deepEqual(presence.members.map((each) => [each.id, parsed(each.data_json)]).sort(),
      [[a.id, {}], [n.id, { name: 'Ann' }]].sort());
  }
  await assert.rejects(programs[0].call('FetchSockets', { limit: 1000000 }), { code: STATUS.INVALID_ARGUMENT });
  await assert.rejects(programs[0].call('Presence', { room: '' }), { code: STATUS.INVALID_ARGUMENT });
});

test('servers emit to each other, with answers', async (t) => {
  const watch = await programs[0].watch();
  t.after(() => watch.close());
  io.serverSideEmit('hello', 1, { a: 1 });
  const event = await eventually('the event', 10, () => watch.events.shift());
  assert.deepEqual([parsed(event.data_json), event.ack_id], [['hello', 1, { a: 1 }], '']);

  // A replica with a program that answers waits for it; one without says that nobody does.
  const answers = io.serverSideEmitWithAck('ask', 2);
  const asked = await eventually('the question', 10, () => watch.events.shift());
  assert.deepEqual(parsed(asked.data_json), ['ask', 2]);
  await programs[1].call('AnswerServerEvent', { ack_id: asked.ack_id, answer_json: json('pong') });
  await programs[0].call('AnswerServerEvent', { ack_id: asked.ack_id, answer_json: json('too late') });
  assert.deepEqual((await answers).filter((each) => each !== null), ['pong']);

  const heard = new Promise((resolve) => io.once('from-program', (...args) => resolve(args)));
  await programs[0].call('ServerSideEmit', { data_json: json(['from-program', 7]) });
  assert.deepEqual(await heard, [7]);
  assert.deepEqual(parsed((await eventually('our own', 10, () => watch.events.shift())).data_json), ['from-program', 7]);
  await assert.rejects(programs[0].call('ServerSideEmit', { data_json: json(['connection']) }), { code: STATUS.INVALID_ARGUMENT });
});

test('acknowledgements of broadcasts come from all clients, both ways', async (t) => {
  const [a, b, n] = await clients(t);
  a.answer('q', (x) => x + 1);
  b.answer('q', () => Buffer.from([1, 2]));
  n.answer('q', () => ({ n: true }));
  const sorted = (list) => list.map((each) => JSON.stringify(each)).sort();
  assert.deepEqual(sorted(await io.timeout(8000).emitWithAck('q', 7)), sorted([8, Buffer.from([1, 2]), { n: true }]));

  const answer = await programs[1].call('BroadcastWithAck', { broadcast: { data_json: json(['q', 7]) }, timeout_ms: 8000 });
  assert.deepEqual([answer.clients, answer.coverage], [3, { nodes: 3, answered: 3 }]);
  assert.deepEqual(answer.acks.map((each) => each.answer_json.toString()).sort(),
    ['8', '{"_placeholder":true,"num":0}', '{"n":true}'].sort());
  assert.deepEqual(answer.acks.find((each) => each.attachments.length).attachments[0], Buffer.from([1, 2]));

  // Who never answers is counted, and not waited for longer than said.
  const some = await programs[0].call('BroadcastWithAck', { broadcast: { data_json: json(['unheard']), except_rooms: [n.id] }, timeout_ms: 300 });
  assert.deepEqual([some.clients, some.acks.length], [2, 0]);
  await assert.rejects(io.timeout(300).emitWithAck('unheard'), /timed out/);

  const binary = { data_json: json(['q', { _placeholder: true, num: 0 }]), attachments: [Buffer.from('x')] };
  await assert.rejects(programs[0].call('BroadcastWithAck', { broadcast: binary }), { code: STATUS.FAILED_PRECONDITION });
  const own = await programs[0].call('BroadcastWithAck', { broadcast: binary, own_clients_only: true });
  assert.deepEqual([own.clients, own.acks.length], [2, 2]);
});

test('redis-emitter speaks to the clients of gateways', async (t) => {
  const [a, b] = await clients(t);
  const watch = await programs[1].watch();
  t.after(() => watch.close());
  const emitter = new Emitter(redis);
  emitter.in(a.id).socketsJoin('emitted');
  await joined('emitted', 1);
  emitter.to('emitted').emit('one', 1, Buffer.from([7]));
  emitter.except('emitted').emit('two', 2);
  assert.deepEqual(await a.event('one'), ['one', 1, Buffer.from([7])]);
  assert.deepEqual(await b.event('two'), ['two', 2]);
  assert.ok(!a.hasHeard('two') && !b.hasHeard('one'));
  emitter.in('emitted').socketsLeave('emitted');
  emitter.serverSideEmit('se', 1);
  assert.deepEqual(parsed((await eventually('the event', 10, () => watch.events.shift())).data_json), ['se', 1]);
  emitter.in(b.id).disconnectSockets();
  await b.closed();
  await joined('emitted', 0);
});

test('a frozen gateway makes answers partial, not late', async (t) => {
  const [a, b, n] = await clients(t);
  const { pid } = (await suite.processes('gateway')).find((each) => each.index === 1);
  process.kill(pid, 'SIGSTOP');
  try {
    const began = Date.now();
    const count = await programs[0].call('CountSockets', { timeout_ms: 1000 });
    assert.ok(Date.now() - began < 3000);
    assert.deepEqual(count, { count: 2, coverage: { nodes: 3, answered: 2 } });
    assert.deepEqual(ids(await io.fetchSockets()), ids([a, n]));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await eventually('all again', 10, async () => (await programs[0].call('CountSockets', {})).count === 3);
  assert.ok(b.socket.connected);
});

test('what is not JSON where Sails listens was said by Node, not by us', () => {
  assert.ok(tap.sensitive().length > 20, 'the tap has seen something');
  for (const { channel, payload } of tap.notJson()) {
    const message = notepack.decode(payload);
    if (channel.includes('-request#')) assert.equal(message.uid, io.of('/').adapter.uid);
    else assert.match(message.requestId, /^sail-/, 'an answer of Node to us');
  }
});
