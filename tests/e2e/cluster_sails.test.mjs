// A node with Sails' adapter, @sailshq/socket.io-redis 6.1, beside gateways: both ways, and it survives all that we say.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { after, before, test } from 'node:test';
import { createClient } from 'redis';
import { BusTap } from '../support/bus_tap.mjs';
import { eventually, within } from '../support/eventually.mjs';
import { json, PubSubClient, STATUS } from '../support/pubsub_client.mjs';
import { SocketClient } from '../support/socket_client.mjs';
import { CHECKOUT, Suite } from '../support/suite.mjs';

class SailsNode {
  static async start(redisUrl) {
    const node = new SailsNode();
    node.child = fork(`${CHECKOUT}tests/interop/sails_node.mjs`, [redisUrl], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    node.url = await within('a Sails node', 20, new Promise((resolve, reject) => {
      node.child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
      node.child.on('message', (message) => {
        if (message.port) resolve(`http://127.0.0.1:${message.port}`);
        else node.settle(message);
      });
    }));
    return node;
  }

  waiting = new Map();

  get alive() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  settle({ id, result, error }) {
    const { resolve, reject } = this.waiting.get(id);
    this.waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(result);
  }

  do(op, ...args) {
    const id = this.waiting.size + Math.random();
    const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.child.send({ id, op, args });
    return within(`${op} on the Sails node`, 10, answer);
  }

  stop() {
    this.child.removeAllListeners('exit');
    this.child.kill();
  }
}

let suite;
let tap;
let redis;
let sails;
let program;
before(async () => {
  suite = await Suite.start({ gateways: 2, pubsubs: 2 });
  tap = await BusTap.start(suite.stores.redis);
  redis = await createClient({ url: suite.stores.redis }).connect();
  const nodes = async () => (await redis.sendCommand(['PUBSUB', 'NUMSUB', 'socket.io-request#/#']))[1];
  const ours = await nodes();
  sails = await SailsNode.start(suite.stores.redis);
  program = await PubSubClient.connect(suite);
  await eventually('the Sails node in the cluster', 10, async () => (await nodes()) === ours + 1);
});
after(async () => {
  program?.close();
  sails?.stop();
  await tap?.stop();
  await redis?.disconnect();
  await suite?.stop();
});

async function clients(t) {
  const all = await Promise.all([...suite.urls, sails.url].map((url) => SocketClient.connect(url)));
  t.after(() => all.forEach((each) => each.close()));
  return all;
}

const joined = (room, count) => eventually(`${count} in ${room}`, 10, async () => (
  (await program.call('CountSockets', { selection: { rooms: [room] } })).count === count
));
const admin = (event, payload) => redis.publish('socket.io#sails#', JSON.stringify({ uid: 'abc123', event, payload }));

test('a Sails node asks and moves the clients of gateways', async (t) => {
  const [a, b, s] = await clients(t);
  const everybody = [a.id, b.id, s.id].sort();
  assert.deepEqual((await sails.do('ids')).sort(), everybody);
  assert.deepEqual((await sails.do('fetch', [])).map((each) => each.id).sort(), everybody);
  await sails.do('join', a.id, 'red');
  await joined('red', 1);
  await sails.do('emit', ['red'], [], ['red', 1]);
  await sails.do('emit', [], ['red'], ['others', 1]);
  assert.deepEqual(await a.event('red'), ['red', 1]);
  for (const client of [b, s]) await client.event('others');
  assert.ok(!a.hasHeard('others') && !b.hasHeard('red'));
  const [fetched] = await sails.do('fetch', ['red']);
  assert.deepEqual([fetched.id, fetched.rooms.sort(), fetched.handshake.headers.origin], [a.id, [a.id, 'red'].sort(), suite.urls[0]]);
  assert.ok((await sails.do('allRooms')).includes('red'));
  await sails.do('leave', 'red', 'red');
  await joined('red', 0);
  // The requests for one socket, whose node alone answers.
  await sails.do('remoteJoin', b.id, 'one');
  await joined('one', 1);
  await sails.do('remoteLeave', b.id, 'one');
  await joined('one', 0);
  await sails.do('remoteDisconnect', b.id);
  await b.closed();
  await sails.do('disconnect', a.id);
  await a.closed();
});

test('programs ask and move the clients of a Sails node', async (t) => {
  const [a, b, s] = await clients(t);
  await program.publish({ add_members: { source_rooms: [s.id, a.id], target_rooms: ['blue'] } });
  await joined('blue', 2);
  await program.emit(['blue'], ['blue', 1]);
  for (const client of [a, s]) assert.deepEqual(await client.event('blue'), ['blue', 1]);
  await program.publish({ broadcast: {
    data_json: json(['binary', { _placeholder: true, num: 0 }]), attachments: [Buffer.from([1])],
  } });
  for (const client of [a, b, s]) assert.deepEqual(await client.event('binary'), ['binary', Buffer.from([1])]);
  const all = await program.call('FetchSockets', {});
  assert.deepEqual(all.sockets.map((each) => each.id).sort(), [a.id, b.id, s.id].sort());
  assert.deepEqual(all.coverage, { nodes: 3, answered: 3 });
  assert.deepEqual((await program.call('ListRooms', { prefix: 'blue' })).rooms, ['blue']);
  await program.publish({ remove_members: { source_rooms: ['blue'], target_rooms: ['blue'], except_rooms: [a.id] } });
  await joined('blue', 1);
  await program.publish({ disconnect: { rooms: [s.id], close: true } });
  await s.closed();
});

test('acknowledgements are had from own clients, and nothing is asked that would end a Sails node', async (t) => {
  const [a, b] = await clients(t);
  for (const client of [a, b]) client.answer('q', () => Buffer.from([1, 2]));
  const broadcast = { data_json: json(['q']) };
  await assert.rejects(program.call('BroadcastWithAck', { broadcast }), { code: STATUS.FAILED_PRECONDITION });
  const answer = await program.call('BroadcastWithAck', { broadcast, own_clients_only: true });
  assert.deepEqual([answer.clients, answer.acks.length], [2, 2]);
  await program.call('ServerSideEmit', { data_json: json(['se', 1]) });
  // As an asker would that gives no name: its answers come to everybody.
  await redis.publish('socket.io-request#/#', JSON.stringify({
    requestId: 'nobody', type: 7, packet: { type: 2, data: ['q'], nsp: '/' }, opts: { rooms: [], except: [], flags: { timeout: 2000 } },
  }));
  const said = () => tap.sensitive().map(({ payload }) => payload.toString()).filter((text) => text.includes('"nobody"'));
  await eventually('both acks', 10, () => said().filter((text) => text.includes('"type":9')).length === 2);
  assert.ok(said().some((text) => text.includes('"packet":{"type":"Buffer","data":[1,2]}')));
});

test('the admin bus moves the clients of gateways, and carries what we ask of Sails', async (t) => {
  const [a, b] = await clients(t);
  await admin('join', { sourceRoom: a.id, destRooms: ['x', 'y'] });
  await admin('join', { sourceRoom: 'x', destRooms: 'z' });
  await joined('y', 1);
  await joined('z', 1);
  await admin('leave', { sourceRoom: 'x', destRooms: 'y' });
  await joined('y', 0);
  await admin('leaveAll', { sourceRoom: 'x' });
  await joined('z', 0);
  assert.equal((await program.call('CountSockets', { selection: { rooms: [a.id] } })).count, 1, 'its own room stays');

  await program.publish({ add_members: { source_rooms: [b.id], target_rooms: ['x'] } });
  await joined('x', 1);
  await program.publish({ leave_all: { room: 'x' } });
  await joined('x', 0);
  const sent = tap.messages.filter(({ channel }) => channel === 'socket.io#sails#').map(({ payload }) => JSON.parse(payload));
  const ours = sent.find((each) => each.uid !== 'abc123');
  assert.deepEqual([ours.event, ours.payload], ['leaveAll', { sourceRoom: 'x' }]);
});

test('the Sails node has survived, and nothing but JSON was said where it listens', async () => {
  assert.ok(sails.alive);
  assert.ok(tap.sensitive().length > 20, 'the tap has seen something');
  assert.deepEqual(tap.notJson(), []);
  // So it would have been told: this is what we never say.
  await redis.publish('socket.io-request#/#', Buffer.from([0x80]));
  await eventually('the end of the Sails node', 10, () => !sails.alive);
});
