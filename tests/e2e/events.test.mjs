// Server-sent events: the rooms of sockets over plain HTTP.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventSource } from '../support/event_source.mjs';
import { eventually } from '../support/eventually.mjs';
import { Jar, request } from '../support/http.mjs';
import { Suite } from '../support/suite.mjs';

let suite;
let first;
let second;
before(async () => {
  suite = await Suite.start({ gateways: 2, pubsubs: 2 });
  [first, second] = suite.urls;
});
after(() => suite?.stop());

async function open(t, path, headers) {
  const source = await EventSource.open(first + path, headers);
  t.after(() => source.close());
  return source;
}

test('a GET for events answers first and then tells what happens', async (t) => {
  const { json: before } = await request('POST', `${second}/tag`, { label: 'before' });
  const source = await open(t, '/tag?sort=id&populate=false');
  assert.equal(source.status, 200);
  assert.equal(source.headers['content-type'], 'text/event-stream');
  const { data } = await source.event('the answer', (each) => each.event === 'response');
  assert.deepEqual(data.map((each) => each.id), [before.id]);

  const { json: tag } = await request('POST', `${second}/tag`, { label: 'after' });
  const created = await source.event('created', (each) => each.event === 'tag' && each.data.verb === 'created');
  assert.deepEqual(created.data.data, tag);
  await request('PATCH', `${second}/tag/${tag.id}`, { label: 'changed' });
  const updated = await source.event('updated', (each) => each.data.verb === 'updated');
  assert.deepEqual(updated.data.data.label, 'changed');
  await request('DELETE', `${second}/tag/${tag.id}`);
  await source.event('destroyed', (each) => each.data.verb === 'destroyed' && each.data.id === tag.id);
});

test('a stream of one record hears of that one alone', async (t) => {
  const [{ json: mine }, { json: other }] = await Promise.all(['mine', 'other'].map((label) => request('POST', `${first}/tag`, { label })));
  const source = await open(t, `/tag/${mine.id}`);
  await request('PATCH', `${second}/tag/${other.id}`, { label: 'x' });
  await request('PATCH', `${second}/tag/${mine.id}`, { label: 'y' });
  const event = await source.event('updated', (each) => each.event === 'tag');
  assert.equal(event.data.id, mine.id);
});

test('an answer that is no success is an ordinary one', async (t) => {
  const source = await open(t, '/tag/99999');
  assert.equal(source.status, 404);
  assert.notEqual(source.headers['content-type'], 'text/event-stream');
});

test('a stream has the session of its cookie, and its client is given one', async (t) => {
  const jar = new Jar();
  await jar.request('GET', `${first}/tag?limit=1`);
  const known = await open(t, '/tag?limit=1', { cookie: `sails.sid=${jar.get('sails.sid')}` });
  assert.equal(known.headers['set-cookie'], undefined);
  const fresh = await open(t, '/tag?limit=1');
  assert.match(fresh.headers['set-cookie'][0], /^sails\.sid=/);
});

test('streams end when their client goes or their gateway drains', async (t) => {
  const admin = (await suite.processes('gateway'))[0].admin;
  const open_streams = async () => Number(/^sail_gateway_event_streams_open (\d+)/m.exec((await request('GET', `http://${admin}/metrics`)).text)[1]);
  const sources = await Promise.all(Array.from({ length: 20 }, () => open(t, '/tag?limit=1')));
  await eventually('all are open', 5, async () => (await open_streams()) >= 20);
  for (const source of sources.slice(0, 10)) source.close();
  await eventually('half are open', 5, async () => (await open_streams()) < 20);
  process.kill((await suite.processes('gateway'))[0].pid, 'SIGTERM');
  await eventually('the others are closed', 10, () => sources.slice(10).every((each) => each.ended));
});
