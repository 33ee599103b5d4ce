// Engine.IO 4 on the wire: every point that the protocol's own test suite looks at, and what Node's server does beyond it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startEchoServer } from './echo_server.mjs';
import { BINARY, RawWebSocket, frame } from './raw_websocket.mjs';

const PING_INTERVAL = 300;
const PING_TIMEOUT = 200;
let server;

before(async () => (server = await startEchoServer()));
after(() => server?.stop());

const polling = (query) => `${server.url}?EIO=4&transport=polling${query ?? ''}`;
const open = async () => JSON.parse((await (await fetch(polling())).text()).slice(1)).sid;
const poll = (sid, options) => fetch(polling(`&sid=${sid}`), options);
const post = (sid, body, options) => fetch(polling(`&sid=${sid}`), { method: 'POST', body, ...options });
const webSocket = (query = '', headers) => RawWebSocket.connect(`${server.url}?EIO=4&transport=websocket${query}`, headers);

// What the next polls bring beside heartbeats, which are answered.
async function received(sid, options) {
  for (;;) {
    const response = await poll(sid, options);
    assert.equal(response.status, 200);
    const packets = (await response.text()).split('\x1e');
    if (packets.includes('2')) await post(sid, '3');
    const others = packets.filter((packet) => packet !== '2').join('\x1e');
    if (others) return others;
  }
}

async function assertError(response, status, code, message) {
  assert.equal(response.status, status);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.deepEqual(await response.json(), { code, message });
}

async function openWebSocket() {
  const socket = await webSocket();
  socket.handshake = await socket.text();
  return socket;
}

test('a handshake over polling', async () => {
  const response = await fetch(polling());
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/plain; charset=UTF-8');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const body = await response.text();
  assert.equal(body[0], '0');
  const { sid, ...rest } = JSON.parse(body.slice(1));
  assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
  assert.deepEqual(rest, { upgrades: ['websocket'], pingInterval: PING_INTERVAL, pingTimeout: PING_TIMEOUT, maxPayload: 1000000 });
});

test('a handshake over WebSocket', async () => {
  const socket = await openWebSocket();
  const { sid, ...rest } = JSON.parse(socket.handshake.slice(1));
  assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
  assert.deepEqual(rest, { upgrades: [], pingInterval: PING_INTERVAL, pingTimeout: PING_TIMEOUT, maxPayload: 1000000 });
  socket.close();
});

test('handshakes that are refused over polling', async () => {
  await assertError(await fetch(`${server.url}?transport=polling`), 400, 5, 'Unsupported protocol version');
  await assertError(await fetch(`${server.url}?EIO=abc&transport=polling`), 400, 5, 'Unsupported protocol version');
  await assertError(await fetch(`${server.url}?EIO=4`), 400, 0, 'Transport unknown');
  await assertError(await fetch(`${server.url}?EIO=4&transport=abc`), 400, 0, 'Transport unknown');
  await assertError(await fetch(polling(), { method: 'POST' }), 400, 2, 'Bad handshake method');
  await assertError(await fetch(polling(), { method: 'PUT' }), 400, 2, 'Bad handshake method');
  await assertError(await fetch(`${server.url}?EIO=4&transport=websocket`), 400, 3, 'Bad request');
  await assertError(await fetch(polling('&j=0')), 400, 3, 'Bad request');
  assert.equal((await fetch(`${server.url.slice(0, -1)}?EIO=4&transport=polling`)).status, 404);
});

test('handshakes that are refused over WebSocket', async () => {
  for (const [query, message] of [
    ['EIO=abc&transport=websocket', 'Unsupported protocol version'],
    ['transport=websocket', 'Unsupported protocol version'],
    ['EIO=4', 'Transport unknown'],
    ['EIO=4&transport=abc', 'Transport unknown'],
    ['EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAA', 'Session ID unknown'],
  ]) {
    const refusal = await RawWebSocket.connect(`${server.url}?${query}`).then(() => assert.fail(query), (error) => error);
    assert.equal(refusal.status, 400, query);
    assert.equal(refusal.body, message);
    assert.match(refusal.headers['content-type'], /^text\/html/);
    assert.equal(refusal.headers.connection, 'close');
  }
});

test('messages over polling: one, several, text and binary', async () => {
  const sid = await open();
  const answer = await post(sid, '4hello');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'text/html');
  assert.equal(await answer.text(), 'ok');
  assert.equal(await received(sid), '4hello');
  await post(sid, '4test1\x1e4test2\x1e4test3');
  assert.equal(await received(sid), '4test1\x1e4test2\x1e4test3');
  await post(sid, '4hello\x1ebAQIDBA==');
  assert.equal(await received(sid), '4hello\x1ebAQIDBA==');
  await post(sid, '4é€😀');
  assert.equal(await received(sid), '4é€😀');
});

test('a poll is held until there is something to say', async () => {
  const sid = await open();
  const held = received(sid);
  await delay(20);
  await post(sid, '4late');
  assert.equal(await held, '4late');
});

test('malformed POSTs are taken and end the session', async () => {
  for (const body of ['abc', '', '7', '4ok\x1e', Buffer.from([0x34, 0xff])]) {
    const sid = await open();
    const answer = await post(sid, body);
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), 'ok');
    await assertError(await poll(sid), 400, 1, 'Session ID unknown');
  }
  const sid = await open();
  assert.equal((await post(sid, '4x', { headers: { 'Content-Type': 'application/octet-stream' } })).status, 400);
  await assertError(await poll(sid), 400, 1, 'Session ID unknown');
});

test('a second poll ends the session: close for the held one, 400 for the new one', async () => {
  const sid = await open();
  const held = poll(sid);
  await delay(20);
  const second = await poll(sid);
  assert.equal(second.status, 400);
  assert.equal(await second.text(), '');
  const first = await held;
  assert.equal(first.status, 200);
  assert.equal(await first.text(), '1');
  await assertError(await poll(sid), 400, 1, 'Session ID unknown');
});

test('a client that drops its poll has left', async () => {
  const sid = await open();
  const controller = new AbortController();
  const held = poll(sid, { signal: controller.signal }).catch((error) => error.name);
  await delay(20);
  controller.abort();
  assert.equal(await held, 'AbortError');
  await delay(20);
  await assertError(await poll(sid), 400, 1, 'Session ID unknown');
});

test('other methods on a session', async () => {
  const sid = await open();
  const response = await fetch(polling(`&sid=${sid}`), { method: 'PUT', body: '4x' });
  assert.equal(response.status, 500);
  assert.equal(await response.text(), '');
  await post(sid, '4still here');
  assert.equal(await received(sid), '4still here');
});

test('a body over the limit is 413 and leaves the session alone', async () => {
  const sid = await open();
  const response = await post(sid, '4' + 'x'.repeat(1_000_000)).catch((error) => error);
  assert.ok(response instanceof Error || response.status === 413);
  await post(sid, '4still here');
  assert.equal(await received(sid), '4still here');
});

test('long answers are compressed for those who take it', async () => {
  for (const coding of ['gzip', 'deflate']) {
    const sid = await open();
    const text = '4' + 'x'.repeat(5000);
    await post(sid, text);
    const response = await poll(sid, { headers: { 'Accept-Encoding': coding } });
    assert.equal(response.headers.get('content-encoding'), coding);
    assert.equal((await response.text()).replace(/\x1e2$/, ''), text);
  }
  const sid = await open();
  await post(sid, '4' + 'x'.repeat(5000));
  assert.equal((await poll(sid, { headers: { 'Accept-Encoding': 'identity' } })).headers.get('content-encoding'), null);
});

test('messages over WebSocket: text, binary, fragments', async () => {
  const socket = await openWebSocket();
  socket.send('4hello');
  assert.equal(await socket.text(), '4hello');
  socket.sendBinary([1, 2, 3, 4]);
  const { opcode, payload } = await socket.next();
  assert.equal(opcode, BINARY);
  assert.deepEqual([...payload], [1, 2, 3, 4]);
  socket.socket.write(Buffer.concat([frame(1, '4hal', { fin: false }), frame(0, 'ves')]));
  assert.equal(await socket.text(), '4halves');
  socket.close();
});

test('a WebSocket with a malformed packet is closed without a code', async () => {
  for (const packet of ['abc', '']) {
    const socket = await openWebSocket();
    socket.send(packet);
    assert.equal((await socket.closed(250)).length, 0);
  }
});

test('a message over the limit closes with 1009', async () => {
  const socket = await openWebSocket();
  socket.send('4' + 'x'.repeat(1_000_000));
  assert.equal((await socket.closed()).readUInt16BE(0), 1009);
});

test('the server pings over polling, and ends the session of a client that does not answer', async () => {
  const sid = await open();
  for (let i = 0; i < 3; i++) {
    assert.equal(await (await poll(sid)).text(), '2');
    assert.equal((await post(sid, '3')).status, 200);
  }
  await delay(PING_INTERVAL + PING_TIMEOUT + 50);
  await assertError(await poll(sid), 400, 1, 'Session ID unknown');
});

test('the server pings over WebSocket, and closes for a client that does not answer', async () => {
  const socket = await openWebSocket();
  for (let i = 0; i < 3; i++) {
    assert.equal(await socket.text(), '2');
    socket.send('3');
  }
  const began = Date.now();
  await socket.closed();
  const took = Date.now() - began;
  assert.ok(took > PING_INTERVAL && took < PING_INTERVAL + PING_TIMEOUT + 300, `${took} ms`);
});

test('a ping from the client is the wrong direction', async () => {
  const socket = await openWebSocket();
  socket.send('2');
  await socket.closed(250);
  const sid = await open();
  await post(sid, '2');
  await assertError(await poll(sid), 400, 1, 'Session ID unknown');
});

test('a close packet ends the session, over polling and over WebSocket', async () => {
  const sid = await open();
  const held = poll(sid);
  await delay(20);
  await post(sid, '1');
  const last = await held;
  assert.equal(last.status, 200);
  assert.equal(await last.text(), '6');
  await assertError(await poll(sid), 400, 1, 'Session ID unknown');

  const socket = await openWebSocket();
  socket.send('1');
  await socket.closed(250);
});

test('an upgrade: the held poll is released at once, then everything goes over the WebSocket', async () => {
  const sid = await open();
  const held = poll(sid).then((response) => response.text());
  const socket = await webSocket(`&sid=${sid}`);
  socket.send('2probe');
  assert.equal(await socket.text(), '3probe');
  assert.equal(await held, '6');
  socket.send('5');
  socket.send('4hello');
  assert.equal(await socket.text(), '4hello');
  await assertError(await poll(sid), 400, 3, 'Bad request');
  await assertError(await post(sid, '4x'), 400, 3, 'Bad request');
  const second = await webSocket(`&sid=${sid}`);
  await second.closed(250);
  socket.send('4still here');
  assert.equal(await socket.text(), '4still here');
  assert.equal(await socket.text(), '2');
  socket.close();
});

test('what waits when the upgrade completes arrives over the WebSocket, in order', async () => {
  const sid = await open();
  const socket = await webSocket(`&sid=${sid}`);
  socket.send('2probe');
  assert.equal(await socket.text(), '3probe');
  await post(sid, '4one\x1e4two');
  socket.send('5');
  socket.send('4three');
  assert.deepEqual([await socket.text(), await socket.text(), await socket.text()], ['4one', '4two', '4three']);
  socket.close();
});

test('a WebSocket that begins otherwise is closed, and polling goes on', async () => {
  const sid = await open();
  const wrong = await webSocket(`&sid=${sid}`);
  wrong.send('4hello');
  await wrong.closed(250);
  await post(sid, '4still here');
  assert.equal(await received(sid), '4still here');
});

test('a second WebSocket during an upgrade is closed, and the first goes on', async () => {
  const sid = await open();
  const first = await webSocket(`&sid=${sid}`);
  const second = await webSocket(`&sid=${sid}`);
  await second.closed(250);
  first.send('2probe');
  assert.equal(await first.text(), '3probe');
  first.send('5');
  first.send('4hello');
  assert.equal(await first.text(), '4hello');
  first.close();
});
