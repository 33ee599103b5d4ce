// Engine.IO 3 on the wire: what the protocol's own test suite looks at, and what Node's server does beyond it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startEchoServer } from './echo_server.mjs';
import { BINARY, RawWebSocket } from './raw_websocket.mjs';

const PING_INTERVAL = 300;
const PING_TIMEOUT = 200;
let server;

before(async () => (server = await startEchoServer()));
after(() => server?.stop());

const polling = (query = '') => `${server.url}?EIO=3&transport=polling${query}`;
const poll = (sid) => fetch(polling(`&sid=${sid}`));
const post = (sid, body, headers) => fetch(polling(`&sid=${sid}`), { method: 'POST', body, headers });
const webSocket = (query = '') => RawWebSocket.connect(`${server.url}?EIO=3&transport=websocket${query}`);
const OCTETS = { 'Content-Type': 'application/octet-stream' };

async function open(query = '&b64=1') {
  const response = await fetch(polling(query));
  assert.equal(response.status, 200);
  const [, length, packet] = /^(\d+):(0.*)$/.exec(await response.text());
  assert.equal(Number(length), packet.length);
  return JSON.parse(packet.slice(1));
}

async function assertUnknown(sid) {
  const response = await poll(sid);
  assert.equal(response.status, 400);
  assert.deepEqual(await response.json(), { code: 1, message: 'Session ID unknown' });
}

test('handshakes over polling and WebSocket', async () => {
  const { sid, ...rest } = await open();
  assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
  assert.deepEqual(rest, { upgrades: ['websocket'], pingInterval: PING_INTERVAL, pingTimeout: PING_TIMEOUT, maxPayload: 1000000 });
  const socket = await webSocket();
  assert.deepEqual(JSON.parse((await socket.text()).slice(1)).upgrades, []);
  socket.close();
});

test('messages over polling, their lengths in UTF-16 code units', async () => {
  const { sid } = await open();
  assert.equal(await (await post(sid, '6:4hello')).text(), 'ok');
  assert.equal(await (await poll(sid)).text(), '6:4hello');
  await post(sid, '6:4test16:4test26:4test3');
  assert.equal(await (await poll(sid)).text(), '6:4test16:4test26:4test3');
  await post(sid, '5:4é€😀');
  const response = await poll(sid);
  assert.equal(response.headers.get('content-type'), 'text/plain; charset=UTF-8');
  assert.equal(await response.text(), '5:4é€😀');
});

test('binary over polling: base64 with a type digit for those who ask, else bytes', async () => {
  const text = await open();
  await post(text.sid, '10:b4AQIDBA==');
  assert.equal(await (await poll(text.sid)).text(), '10:b4AQIDBA==');

  const bytes = await open('');
  const payload = Buffer.from([0x00, 0x06, 0xff, 0x34, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x01, 0x05, 0xff, 0x04, 0x01, 0x02, 0x03, 0x04]);
  assert.equal((await post(bytes.sid, payload, OCTETS)).status, 200);
  const response = await poll(bytes.sid);
  assert.equal(response.headers.get('content-type'), 'application/octet-stream');
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), payload);
});

test('malformed POSTs are taken and end the session', async () => {
  for (const body of ['abc', '99:4short', '', '3:7ab']) {
    const { sid } = await open();
    assert.equal((await post(sid, body)).status, 200);
    await assertUnknown(sid);
  }
});

test('a second poll ends the session', async () => {
  const { sid } = await open();
  const held = poll(sid);
  await delay(20);
  assert.equal((await poll(sid)).status, 400);
  assert.equal(await (await held).text(), '1:1');
  await assertUnknown(sid);
});

test('messages over WebSocket: binary has its type in front', async () => {
  const socket = await webSocket();
  await socket.text();
  socket.send('4hello');
  assert.equal(await socket.text(), '4hello');
  socket.sendBinary([4, 1, 2, 3, 4]);
  const { opcode, payload } = await socket.next();
  assert.equal(opcode, BINARY);
  assert.deepEqual([...payload], [4, 1, 2, 3, 4]);
  socket.send('abc');
  await socket.closed(250);
});

test('the client pings, over polling and WebSocket; silence ends the session', async () => {
  const { sid } = await open();
  for (let i = 0; i < 3; i++) {
    const held = poll(sid);
    await post(sid, '1:2');
    assert.equal(await (await held).text(), '1:3');
    await delay(PING_INTERVAL / 2);
  }
  const socket = await webSocket();
  await socket.text();
  socket.send('2');
  assert.equal(await socket.text(), '3');
  await delay(PING_INTERVAL + PING_TIMEOUT + 50);
  await assertUnknown(sid);
  await socket.closed(250);
  assert.deepEqual(socket.frames.map((frame) => frame.opcode), [8], 'a v3 server sends no ping');
});

test('a pong from the client is the wrong direction', async () => {
  const socket = await webSocket();
  await socket.text();
  socket.send('3');
  await socket.closed(250);
});

test('a close packet ends the session', async () => {
  const { sid } = await open();
  const held = poll(sid);
  await delay(20);
  await post(sid, '1:1');
  assert.equal(await (await held).text(), '1:6');
  await assertUnknown(sid);
  const socket = await webSocket();
  await socket.text();
  socket.send('1');
  await socket.closed(250);
});

test('an upgrade', async () => {
  const { sid } = await open();
  const held = poll(sid).then((response) => response.text());
  const socket = await webSocket(`&sid=${sid}`);
  socket.send('2probe');
  assert.equal(await socket.text(), '3probe');
  assert.equal(await held, '1:6');
  await post(sid, '6:4first');
  socket.send('5');
  socket.send('4hello');
  assert.deepEqual([await socket.text(), await socket.text()], ['4first', '4hello']);
  assert.equal((await poll(sid)).status, 400);
  assert.equal((await post(sid, '2:4x')).status, 400);
  await (await webSocket(`&sid=${sid}`)).closed(250);
  socket.sendBinary([4, 9]);
  assert.deepEqual([...(await socket.next()).payload], [4, 9]);
  socket.close();
});
