// Clients that mean no good, with CSRF tokens switched on: what they send is refused, and the others notice nothing.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { Jar, request } from '../support/http.mjs';
import { SailsClient } from '../support/sails_client.mjs';
import { REFERENCE_APP, Suite } from '../support/suite.mjs';

let suite;
let base;
let good; // a client that always works
before(async () => {
  suite = await Suite.start({ app: REFERENCE_APP, env: { SAIL_SECURITY_CSRF: 'true' } });
  [base] = suite.urls;
  good = await client();
});
after(() => suite?.stop());
afterEach(async () => {
  const answer = await good.post('/sess/num', {});
  assert.equal(answer.status, 200, 'a good client beside them is served');
});

// With a session and its token.
async function client() {
  const jar = new Jar();
  const token = (await jar.request('GET', `${base}/csrfToken`)).json._csrf;
  const cookie = `sails.sid=${jar.get('sails.sid')}`;
  return { token, cookie, jar, post: (path, body, headers = {}) => jar.request('POST', base + path, body, { 'x-csrf-token': token, ...headers }) };
}

const signed = (id) => `s%3A${id}.${encodeURIComponent(createHmac('sha256', suite.sessionSecret).update(id).digest('base64').replace(/=+$/, ''))}`;

test("one session's token is worth nothing in another", async () => {
  const [mine, victim] = [await client(), await client()];
  assert.equal((await victim.post('/sess/num', {})).status, 200);
  assert.equal((await victim.post('/sess/num', {}, { 'x-csrf-token': mine.token })).status, 403);
  assert.equal((await request('POST', `${base}/sess/num`, {}, { 'x-csrf-token': mine.token })).status, 403);
  for (const token of ['', 'null', '-', mine.token.slice(0, -1), `${mine.token}x`, mine.token.toLowerCase(), `${'A'.repeat(8)}-${'A'.repeat(27)}`]) {
    assert.equal((await mine.post('/sess/num', {}, { 'x-csrf-token': token })).status, 403, token);
  }
});

test('no spelling of a request gets around the token', async () => {
  const { cookie } = good;
  const attempts = [
    ['POST', '/user', { name: 'x' }], ['POST', '/USER', { name: 'x' }], ['POST', '/user/', { name: 'x' }],
    ['POST', '/user?_method=GET', { name: 'x' }], ['POST', '/user', { _method: 'GET' }], ['DELETE', '/user/1'], ['PATCH', '/user/1', {}],
    ['PUT', '/user/1/pets', []], ['POST', '/user?_csrf[]=a', {}], ['POST', '/user.json', {}], ['POST', '/no/such/path', {}],
    ['POST', '/nocsrf/', undefined, true], ['POST', '/nocsrf%2F', {}], ['POST', '//nocsrf', {}], ['POST', '/nocsrf/../user', {}],
  ];
  for (const [method, path, body, exempt] of attempts) {
    const { status } = await request(method, base + path, body, {
      cookie, 'x-http-method-override': 'GET', origin: 'null', 'content-type': 'application/json',
    });
    assert.equal(status, exempt ? 200 : 403, `${method} ${path}`);
  }
  const form = await request('POST', `${base}/user`, undefined, { cookie, 'content-type': 'text/plain', 'content-length': 0 });
  assert.equal(form.status, 403);
});

test('over a socket the same token is needed, and cannot be fetched', async () => {
  const socket = await SailsClient.connect(base, { cookie: good.cookie });
  try {
    assert.equal((await socket.request('get', '/csrfToken')).statusCode, 404);
    assert.equal((await socket.request('post', '/sess/num', {})).statusCode, 403);
    assert.equal((await socket.request('post', '/no/such/path', {})).statusCode, 403);
    assert.equal((await socket.request('post', '/sess/num', { _csrf: good.token })).statusCode, 200);
  } finally {
    socket.close();
  }
});

test('an id that a client brings along is never adopted, whoever has signed it', async () => {
  const planted = 'a'.repeat(32);
  for (const value of [signed(planted), planted, `s%3A${planted}`, `s%3A${planted}.`, `s%3A${planted}.${'b'.repeat(43)}`, `s%3A.${'b'.repeat(43)}`, '%', 'j%3A%7B%7D']) {
    const jar = new Jar();
    jar.set('sails.sid', value);
    const answer = await jar.request('GET', `${base}/sess/show`);
    assert.equal(answer.status, 200, value);
    assert.notEqual(decodeURIComponent(jar.get('sails.sid')).slice(2).split('.')[0], planted, value);
    assert.match(jar.get('sails.sid'), /^s%3A[\w-]{32}\./, value);
  }
});

test('a cookie whose id or signature was changed is of no session', async () => {
  const victim = await client();
  await victim.post('/sess/set', { k: 'name', v: 'victim' });
  assert.equal((await victim.jar.request('GET', `${base}/sess/show`)).json.session.name, 'victim');
  const value = victim.jar.get('sails.sid');
  for (let i = 4; i < value.length; i += 7) {
    const other = value[i] === 'A' ? 'B' : 'A';
    const jar = new Jar();
    jar.set('sails.sid', value.slice(0, i) + other + value.slice(i + 1));
    assert.equal((await jar.request('GET', `${base}/sess/show`)).json.session.name, undefined, `character ${i}`);
  }
});

test('hostile JSON is answered at once', async () => {
  const raw = (body) => {
    const began = Date.now();
    return fetch(`${base}/sess/echo`, {
      method: 'POST', body, headers: { cookie: good.cookie, 'x-csrf-token': good.token, 'content-type': 'application/json' },
    }).then(async (answer) => ({ status: answer.status, text: await answer.text(), took: Date.now() - began }));
  };
  const deep = (depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const expected = [
    [deep(64), 200], [deep(65), 400], [deep(100000), 400], ['['.repeat(900000), 400], ['{"a":'.repeat(100000), 400],
    ['{"n":1e400}', 200], ['{"n":-1e-400,"i":9223372036854775808,"j":-9223372036854775809}', 200], ['{"n":01}', 400], ['{"n":NaN}', 400],
    ['{"s":"\\ud800"}', 200], ['{"s":"\\u12"}', 400], ['{"a":1,"a":2}', 200], ['"text"', 400], ['5', 400], ['null', 400], ['{}{}', 400],
    [`{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}`, 200],
  ];
  for (const [body, status] of expected) {
    const answer = await raw(body);
    assert.equal(answer.status, status, body.slice(0, 60));
    assert.ok(answer.took < 500, `${body.slice(0, 60)} took ${answer.took} ms`);
  }
  const after = await good.jar.request('GET', `${base}/sess/echo?__proto__[isAdmin]=1`);
  assert.equal(after.json.query.isAdmin, undefined);
});

test('a record is looked up by the id that the path has, decoded once', async () => {
  const created = (await good.post('/user', { name: 'Ann', email: `ann${Date.now()}@example.com` })).json;
  const statusOf = async (path) => (await request('GET', base + path)).status;
  assert.equal(await statusOf(`/user/${created.id}`), 200);
  assert.equal(await statusOf(`/user/%3${String(created.id)[0]}${String(created.id).slice(1)}`), 200, 'an encoded digit');
  assert.equal(await statusOf(`/user%2F${created.id}`), 404);
  assert.equal(await statusOf(`//user/${created.id}`), 404);
  assert.equal(await statusOf(`/user/%zz`), 400);
  assert.equal(await statusOf(`/user/%2531`), 400, 'decoded once: %31 is no id');
  assert.equal(await statusOf(`/blocked/hello`), 403);
  for (const path of ['/BLOCKED/hello', '/blocked/hello/', '/blocked/HELLO', '/blocked/hell%6f']) {
    assert.ok([403, 404].includes(await statusOf(path)), path);
  }
});
