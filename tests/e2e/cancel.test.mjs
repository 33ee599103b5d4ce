// A client that goes away ends what Postgres does for it; deadlines reach Postgres, too; what is slow is logged.
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { makeApplication } from '../support/application.mjs';
import { eventually } from '../support/eventually.mjs';
import { request } from '../support/http.mjs';
import { psql } from '../support/private_stores.mjs';
import { SailsClient } from '../support/sails_client.mjs';
import { CHECKOUT, Suite } from '../support/suite.mjs';

// Reading a report sleeps for a minute; so does writing a note that begins with "slow".
const SLOW = `
create view report as
  select n as id, 0::float8 as "createdAt", 0::float8 as "updatedAt", n::text || pg_sleep(60)::text as label
  from generate_series(1, 3) n;
create table note (id serial primary key, "createdAt" float8, "updatedAt" float8, text text);
create function sleep_a_minute() returns trigger as 'begin perform pg_sleep(60); return new; end' language plpgsql;
create trigger slow before insert on note for each row when (new.text like 'slow%') execute function sleep_a_minute();
`;
const ACTION_TIMEOUT_MS = 5000;
const WITHIN_SECONDS = 1;

let app;
let suite;
let base;
before(async () => {
  app = makeApplication({ 'migrations/0001_slow.sql': SLOW }, {
    report: 'attributes:\n  label: {type: string}\n',
    note: 'attributes:\n  text: {type: string}\n',
  });
  // One connection, so that it is known who waits for whom.
  suite = await Suite.start({ app, env: { SAIL_POSTGRES_POOL_SIZE: '1', SAIL_ACTION_TIMEOUT_MS: String(ACTION_TIMEOUT_MS) } });
  [base] = suite.urls;
});
after(async () => {
  await suite?.stop();
  if (app) rmSync(app, { recursive: true, force: true });
});

const query = (sql) => psql(suite.stores.postgres, sql);
// The statements that sleep.
const sleeping = () => query("select query from pg_stat_activity where wait_event = 'PgSleep' and state = 'active'");
const isBusy = (what) => eventually(`Postgres works for ${what}`, 5, () => sleeping().length === 1);
const isIdle = (what) => eventually(`Postgres is idle after ${what}`, WITHIN_SECONDS, () => sleeping().length === 0);

// A request whose answer nobody expects; `leave` closes its connection. Resolves when it is on its way.
function send(method, url, body) {
  const payload = body === undefined ? '' : JSON.stringify(body);
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) };
  const sent = http.request(`${base}${url}`, { method, agent: false, headers });
  let leaving = false;
  sent.on('error', (error) => { if (!leaving) throw error; });
  const leave = () => {
    leaving = true;
    sent.destroy();
  };
  return new Promise((resolve) => {
    sent.on('socket', (socket) => socket.on('connect', () => sent.end(payload, () => resolve({ leave }))));
  });
}

async function metric(name) {
  const [logic] = await suite.processes('logic');
  const { text } = await request('GET', `http://${logic.admin}/metrics`);
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)[1]);
}
const waiting = (count) => eventually(`${count} jobs in the queue`, 5, async () => (await metric('sail_postgres_queued_jobs')) === count);

for (const url of ['/report', '/report/1', '/report?where={"label":"x"}&sort=label']) {
  test(`a client that goes away ends its GET ${url}`, async () => {
    const client = await send('GET', encodeURI(url));
    await isBusy(url);
    client.leave();
    await isIdle('the client has gone');
  });
}

test('a socket that disconnects ends its virtual requests', async () => {
  const client = await SailsClient.connect(base);
  client.request('get', '/report').catch(() => {}); // nobody is there to hear the answer
  await isBusy('the socket');
  client.close();
  await isIdle('the socket has gone');
});

test('a program that cancels its call, or whose deadline passes, ends its query', async () => {
  const loaded = protoLoader.loadSync('sail/logic/v1/logic.proto', { includeDirs: [path.join(CHECKOUT, 'protos')], keepCase: true });
  const { RecordService } = grpc.loadPackageDefinition(loaded).sail.logic.v1;
  const [logic] = await suite.processes('logic');
  const records = new RecordService(logic.grpc, grpc.credentials.createInsecure());
  const call = records.Find({ model: 'report' }, { deadline: Date.now() + 20000 }, () => {});
  await isBusy('the program');
  call.cancel();
  await isIdle('the call was cancelled');
  const late = new Promise((resolve) => { records.FindOne({ model: 'report', id: '1' }, { deadline: Date.now() + 1500 }, resolve); });
  await isBusy('the program');
  assert.equal((await late).code, grpc.status.DEADLINE_EXCEEDED);
  await isIdle('the deadline has passed');
  records.close();
});

test('a gateway that dies ends what it had asked for', async () => {
  const client = await send('GET', '/report');
  await isBusy('the gateway');
  const back = suite.kill('gateway');
  client.leave();
  await isIdle('the gateway was killed');
  await back;
  await eventually('the gateway serves', 10, async () => (await request('GET', `${base}/note`)).status === 200);
});

test('a write whose client goes away is rolled back, its events too', async () => {
  const client = await send('POST', '/note', { text: 'slow' });
  await isBusy('the write');
  client.leave();
  await isIdle('the client has gone');
  assert.deepEqual(query('select count(*) from note'), ['0']);
  assert.deepEqual(query('select count(*) from sail_outbox'), ['0']);
});

test('reads of single records that share a statement go on until the last of them has left', async () => {
  const first = await send('GET', '/report/1');
  await isBusy('the first');
  const second = await send('GET', '/report/2');
  await waiting(1);
  const third = await send('GET', '/report/3');
  second.leave(); // it shares with the third, which may still be on its way
  first.leave();
  await eventually('the third is read', 5, () => sleeping().some((text) => text.includes('report')));
  assert.equal(sleeping().length, 1);
  third.leave();
  await isIdle('the last has gone');
});

test('a write that waits for a connection is dropped when its client goes away', async () => {
  const reader = await send('GET', '/report');
  await isBusy('the reader');
  const writer = await send('POST', '/note', { text: 'never' });
  await waiting(1);
  writer.leave();
  await waiting(0);
  reader.leave();
  await isIdle('the reader has gone');
  assert.deepEqual(query("select count(*) from note where text = 'never'"), ['0']);
});

test('the last word of a client that leaves at once is heard', async () => {
  for (let turn = 0; turn < 20; turn++) (await send('POST', '/note', { text: `goodbye ${turn}` })).leave();
  await eventually('all is written', 5, () => query("select count(*) from note where text like 'goodbye%'")[0] === '20');
});

test('at the deadline the client gets a 504 and Postgres stops', async () => {
  const began = Date.now();
  const answer = request('GET', `${base}/report`);
  await isBusy('the request');
  assert.equal((await answer).status, 504);
  assert.ok(Date.now() - began < ACTION_TIMEOUT_MS + 1000, `after ${Date.now() - began} ms`);
  await isIdle('the deadline');
  assert.equal((await request('GET', `${base}/note`)).status, 200);
});

test('a slow query is logged with its action and request, without the values', async () => {
  const headers = { 'X-Request-Id': 'request-of-the-slow-one' };
  assert.equal((await request('GET', `${base}/report?where=${encodeURIComponent('{"label":"a secret"}')}`, undefined, headers)).status, 504);
  const log = path.join(suite.data, 'logs/logic-0.log');
  const line = await eventually('the line is there', 5, () => (
    readFileSync(log, 'utf8').split('\n').find((each) => each.includes('request-of-the-slow-one'))
  ));
  const entry = JSON.parse(line);
  assert.equal(entry.message, 'slow query');
  assert.equal(entry.action, 'report/find');
  assert.ok(entry.milliseconds >= ACTION_TIMEOUT_MS - 500, line);
  assert.equal(entry.rows, 0);
  assert.match(entry.statement, /^SELECT .*"report".*\$1/);
  assert.doesNotMatch(line, /a secret/);
});
