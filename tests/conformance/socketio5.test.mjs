// What the protocol's own test suite (Socket.IO 5 on Engine.IO 4) expects of a server, over WebSocket, on two gateways.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { EngineSocket } from '../support/engine_socket.mjs';
import { CHECKOUT, Suite } from '../support/suite.mjs';

let suite;
let turn = 0;
const url = () => suite.urls[turn++ % suite.urls.length];
before(async () => {
  suite = await Suite.start({ gateways: 2, app: path.join(CHECKOUT, 'tests/interop/socket_app') });
});
after(() => suite?.stop());

async function open(t, options) {
  const socket = await EngineSocket.open(url(), options);
  t.after(() => socket.close());
  return socket;
}

// In the namespace, with its first two packets read.
async function connected(t, nsp = '', auth = '') {
  const socket = await open(t);
  const prefix = nsp && `${nsp},`;
  socket.send(`40${prefix}${auth}`);
  const answer = await socket.next();
  assert.ok(answer.startsWith(`40${prefix}`), answer);
  assert.deepEqual(Object.keys(JSON.parse(answer.slice(2 + prefix.length))), ['sid']);
  assert.equal(await socket.next(), `42${prefix}["auth",${auth || '{}'}]`);
  return socket;
}

test('the open packet has its five keys', async (t) => {
  const { handshake } = await open(t);
  assert.deepEqual(Object.keys(handshake), ['sid', 'upgrades', 'pingInterval', 'pingTimeout', 'maxPayload']);
  assert.equal(typeof handshake.sid, 'string');
  assert.deepEqual({ ...handshake, sid: 0 }, { sid: 0, upgrades: [], pingInterval: 300, pingTimeout: 200, maxPayload: 1000000 });
});

for (const query of ['EIO=abc', 'EIO=', 'x=1', 'EIO=5']) {
  test(`a protocol that is not there is refused: ${query}`, async () => {
    await assert.rejects(EngineSocket.open(url(), { query }), /400/);
  });
}

test('a client that answers pings stays, one that does not is closed', async (t) => {
  const [good, silent] = [await connected(t), await open(t, { silent: true })];
  silent.send('40');
  await silent.end();
  good.send('42["message","still here"]');
  assert.equal(await good.next(), '42["message-back","still here"]');
});

test('a client that enters no namespace is closed', async (t) => {
  const began = Date.now();
  await (await open(t)).end();
  assert.ok(Date.now() - began < 5000);
});

test('connects to the main namespace', (t) => connected(t));
test('connects to the main namespace with a payload', (t) => connected(t, '', '{"token":"123"}'));
test('connects to a custom namespace', (t) => connected(t, '/custom'));
test('connects to a custom namespace with a payload', (t) => connected(t, '/custom', '{"token":"abc"}'));

test('an unknown namespace is refused', async (t) => {
  const socket = await open(t);
  socket.send('40/random');
  assert.equal(await socket.next(), '44/random,{"message":"Invalid namespace"}');
});

for (const packet of ['4abc', '40[]', '40"x"', '48', '4', '42{}', '42[]', '42[null]', '42["connect"]', '42["disconnecting",1]', '43[]x', '41{}', '450-["a"]', '4511-["a"]', '45["a"]']) {
  test(`a malformed packet ends the connection: ${packet}`, async (t) => {
    const socket = await connected(t);
    socket.send(packet);
    await socket.end();
  });
}

test('what is out of place ends the connection', async (t) => {
  for (const packets of [['42["message"]'], ['42/custom,["message"]'], ['431[]'], ['41']]) {
    const socket = await open(t);
    for (const packet of packets) socket.send(packet);
    await socket.end();
  }
  const twice = await connected(t);
  twice.send('40');
  await twice.end();
});

test('events are answered with the same arguments', async (t) => {
  const socket = await connected(t);
  socket.send('42["message",1,"2",{"3":[true]}]');
  assert.equal(await socket.next(), '42["message-back",1,"2",{"3":[true]}]');
  const custom = await connected(t, '/custom');
  custom.send('42/custom,["message","x"]');
  assert.equal(await custom.next(), '42/custom,["message-back","x"]');
});

test('binary arguments come back as they were', async (t) => {
  const socket = await connected(t);
  socket.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
  socket.send(Buffer.from([1, 2, 3]));
  socket.send(Buffer.from([4, 5, 6]));
  assert.equal(await socket.next(), '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
  assert.deepEqual(await socket.next(), Buffer.from([1, 2, 3]));
  assert.deepEqual(await socket.next(), Buffer.from([4, 5, 6]));
});

test('acknowledgements carry the arguments, binary ones too', async (t) => {
  const socket = await connected(t);
  socket.send('42456["message-with-ack",1,"2",{"3":[false]}]');
  assert.equal(await socket.next(), '43456[1,"2",{"3":[false]}]');
  socket.send('452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
  socket.send(Buffer.from([1]));
  socket.send(Buffer.from([2]));
  assert.equal(await socket.next(), '462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
  assert.deepEqual(await socket.next(), Buffer.from([1]));
  assert.deepEqual(await socket.next(), Buffer.from([2]));
});

test('leaving a namespace leaves the connection and the others', async (t) => {
  const socket = await connected(t);
  socket.send('40/custom');
  assert.match(await socket.next(), /^40\/custom,/);
  assert.equal(await socket.next(), '42/custom,["auth",{}]');
  socket.send('41');
  socket.send('42/custom,["message","y"]');
  assert.equal(await socket.next(), '42/custom,["message-back","y"]');
  socket.send('42["message","z"]'); // not there any more
  await socket.end();
});

test('events of one socket are answered in the order in which they were sent', async (t) => {
  const socket = await connected(t);
  for (let i = 0; i < 500; i++) socket.send(`42${i}["message-with-ack",${i}]`);
  for (let i = 0; i < 500; i++) assert.equal(await socket.next(), `43${i}[${i}]`);
});

test('an event right behind the connect waits for its answer', async (t) => {
  const socket = await open(t);
  socket.send('40');
  socket.send('42["message","early"]');
  assert.match(await socket.next(), /^40\{"sid"/);
  assert.equal(await socket.next(), '42["auth",{}]');
  assert.equal(await socket.next(), '42["message-back","early"]');
});
