// Actions in a service of the application's own: what clients see when it dies, hangs, or when they go away themselves.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { eventually } from '../support/eventually.mjs';
import { Jar, request } from '../support/http.mjs';
import { SailsClient } from '../support/sails_client.mjs';
import { REFERENCE_APP, Suite } from '../support/suite.mjs';

let suite;
let base;
before(async () => {
  suite = await Suite.start({ app: REFERENCE_APP, env: { SAIL_ACTION_TIMEOUT_MS: '2000' } });
  [base] = suite.urls;
});
after(() => suite?.stop());

test('status names the service', async () => {
  const [service] = await suite.processes('service');
  assert.deepEqual([service.name, service.state], ['fixture', 'ready']);
  assert.match(service.grpc, /^127\.0\.0\.1:\d+$/);
});

test('a policy that is an action decides over HTTP and over a socket alike', async () => {
  const jar = new Jar();
  assert.equal((await jar.request('GET', `${base}/guarded/hello`)).status, 403);
  await jar.request('POST', `${base}/login`, { userId: 7 });
  assert.deepEqual((await jar.request('GET', `${base}/guarded/hello`)).json, { hello: true });
  assert.equal((await jar.request('GET', `${base}/blocked/hello`)).status, 403);
  const client = await SailsClient.connect(base);
  assert.equal((await client.request('get', '/guarded/hello')).statusCode, 403);
  await client.request('post', '/login', { userId: 7 });
  assert.equal((await client.request('get', '/guarded/hello')).statusCode, 200);
  client.close();
});

test('an action that takes too long is a 504, and what it did to the session is lost', async () => {
  const jar = new Jar();
  await jar.request('GET', `${base}/sess/count`);
  assert.equal((await jar.request('GET', `${base}/sess/slow?ms=10000`)).status, 504);
  assert.deepEqual((await jar.request('GET', `${base}/sess/show`)).json.session, { n: 1 });
});

test('a client that goes away ends its call and no other', async () => {
  const jar = new Jar();
  await jar.request('GET', `${base}/sess/count`);
  const { hostname, port } = new URL(base);
  const gone = http.get({ hostname, port, path: '/sess/slow?ms=1000', agent: false });
  gone.on('error', () => {});
  await new Promise((resolve) => gone.on('socket', (socket) => socket.on('connect', resolve)));
  const other = jar.request('GET', `${base}/sess/slow?ms=50`);
  gone.destroy();
  assert.deepEqual((await other).json, { slept: 50 });
});

test('while the service is away its actions are 503 within a second, everything else works, and its return is noticed', async () => {
  const [service] = await suite.processes('service');
  // Each time it is killed again, so that there is a while without it.
  const answers = [];
  await eventually('an answer while the service is away', 20, async () => {
    const [{ pid, state }] = await suite.processes('service');
    if (state === 'ready') process.kill(pid, 'SIGKILL');
    const began = Date.now();
    const answer = await request('GET', `${base}/sess/num`);
    answers.push({ ...answer, took: Date.now() - began });
    return answer.status === 503;
  });
  const away = answers.at(-1);
  assert.ok(answers.every((each) => each.took < 1000 && [200, 503].includes(each.status)), JSON.stringify(answers));
  assert.equal(away.headers['retry-after'], '1');
  assert.equal(away.text, 'Service Unavailable');
  assert.equal((await request('GET', `${base}/user`)).status, 200);

  await eventually('the service is back', 30, async () => (await request('GET', `${base}/sess/num`)).status === 200);
  const [back] = await suite.processes('service');
  assert.notEqual(back.pid, service.pid);
  assert.equal(back.grpc, service.grpc);
});
