// Whatever a client sends, Postgres sees values: no statement ever fails to parse or names what is not there, no table changes
// under a read, and what is written is read back as it was sent.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { makeApplication } from '../support/application.mjs';
import { HostileInput } from '../support/hostile_input.mjs';
import { request } from '../support/http.mjs';
import { PrivatePostgres } from '../support/private_stores.mjs';
import { CHECKOUT, Suite } from '../support/suite.mjs';

const SEED = Number(process.env.SAIL_TEST_SEED ?? 20240607);
const IN_FLIGHT = 8;

let postgres;
let app;
let suite;
let base;
let records;
before(async () => {
  app = makeApplication({}, {
    user: 'attributes:\n  name: {type: string}\n  age: {type: number}\n  data: {type: json}\n  pets: {collection: pet, via: owner}\n',
    pet: 'attributes:\n  name: {type: string}\n  owner: {model: user}\n  tags: {collection: tag, via: pets}\n',
    tag: 'attributes:\n  label: {type: string}\n  pets: {collection: pet, via: tags}\n',
    note: 'attributes:\n  id: {type: string, required: true}\n  name: {type: string}\n', // keys are texts
  });
  // Each line begins with the SQLSTATE.
  postgres = await PrivatePostgres.start({ log_line_prefix: '%e ', log_min_error_statement: 'error' });
  suite = await Suite.start({ app, env: { SAIL_POSTGRES_URL: postgres.url, SAIL_LOG_LEVEL: 'error' } });
  [base] = suite.urls;
  const loaded = protoLoader.loadSync('sail/logic/v1/logic.proto', {
    includeDirs: [path.join(CHECKOUT, 'protos')], keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true,
  });
  const { RecordService } = grpc.loadPackageDefinition(loaded).sail.logic.v1;
  const [logic] = await suite.processes('logic');
  records = new RecordService(logic.grpc, grpc.credentials.createInsecure());
  for (const [url, body] of [
    ['/user', { name: 'Ann', age: 30, data: { a: 1 } }], ['/user', { name: 'Bob' }], ['/pet', { name: 'Rex', owner: 1 }],
    ['/tag', { label: 'x' }], ['/note', { id: 'a', name: 'n' }],
  ]) {
    assert.equal((await request('POST', base + url, body)).status, 200);
  }
});
after(async () => {
  records?.close();
  await suite?.stop();
  await postgres?.remove();
  if (app) rmSync(app, { recursive: true, force: true });
});

const TEXT_OF = { user: 'name', pet: 'name', tag: 'label', note: 'id' };
const TABLES = ['user', 'pet', 'tag', 'note', 'pet_tags__tag_pets'];
const contents = () => TABLES.map((table) => `${table} ${postgres.query(`select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from "${table}" t`)}`);
const schema = () => postgres.query(
  "select table_name || '.' || column_name || ' ' || data_type from information_schema.columns where table_schema = 'public' order by 1",
);

// What Postgres has told of errors, less those of its own start and those of the given classes of SQLSTATE.
function assertNoSqlError(allowed = []) {
  const told = postgres.log.split('\n').filter((line) => /^[0-9A-Z]{5} (ERROR|FATAL|PANIC)/.test(line));
  assert.deepEqual(told.filter((line) => !['57P03', ...allowed].some((state) => line.startsWith(state))).slice(0, 6), []);
}

// Runs `count` of what `next` makes, several at a time.
async function repeat(count, next) {
  let left = count;
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    while (left-- > 0) await next();
  }));
}

// UTF-8 has no lone surrogates: as in Node they become U+FFFD on their way.
function wellFormed(value) {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [wellFormed(key), wellFormed(member)]));
}

const encoded = (text) => encodeURIComponent(wellFormed(text));

// A query string of a blueprint find.
function hostileQuery(input, attribute) {
  const parts = [];
  if (input.chance(0.5)) parts.push(['where', JSON.stringify(input.where(attribute))]);
  if (input.chance(0.3)) parts.push([input.name(), input.text()]);
  if (input.chance(0.1)) parts.push([`${input.name()}[${input.pick(['<', 'contains', '!=', input.text()])}]`, input.text()]);
  if (input.chance(0.3)) parts.push(['sort', input.sort(attribute)]);
  if (input.chance(0.15)) parts.push(['limit', input.text()]);
  if (input.chance(0.15)) parts.push(['skip', input.text()]);
  if (input.chance(0.2)) parts.push([input.pick(['select', 'omit']), input.names().join(',')]);
  if (input.chance(0.2)) parts.push(['populate', input.chance(0.5) ? input.names().join(',') : JSON.stringify(input.value())]);
  return parts.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&').slice(0, 7000).replace(/%.?$/, '');
}

const ALLOWED = new Set([200, 304, 400, 404, 500]);

test(`reads over HTTP (seed ${SEED})`, async (t) => {
  const input = new HostileInput(SEED);
  const before = [contents(), schema()];
  const statuses = {};
  await repeat(3000, async () => {
    const model = input.pick(['user', 'pet', 'tag', 'note']);
    const at = input.pick(['', '', '', `/${encoded(input.text())}`, `/1/${input.pick(['pets', 'owner', 'tags'])}`, `/1/${encoded(input.name())}`]);
    const url = `/${model}${at}?${hostileQuery(input, TEXT_OF[model])}`;
    const { status, text } = await request('GET', base + url);
    assert.ok(ALLOWED.has(status), `${status} for ${url}`);
    assert.doesNotMatch(text, /postgres [0-9A-Z]{5}|syntax error at|does not exist at|invalid byte sequence/i, url);
    statuses[status] = (statuses[status] ?? 0) + 1;
  });
  t.diagnostic(JSON.stringify(statuses));
  assert.ok(statuses[200] > 300, 'some of them mean something');
  assertNoSqlError();
  assert.deepEqual([contents(), schema()], before);
});

test(`reads through the RecordService (seed ${SEED})`, async (t) => {
  const input = new HostileInput(SEED + 1);
  const before = [contents(), schema()];
  const codes = {};
  const call = (method, message) => new Promise((resolve) => {
    records[method](message, { deadline: Date.now() + 10000 }, (error) => {
      codes[error?.code ?? 0] = (codes[error?.code ?? 0] ?? 0) + 1;
      resolve(error?.code ?? 0);
    });
  });
  await repeat(1500, async () => {
    const model = input.chance(0.9) ? input.pick(['user', 'pet', 'tag', 'note']) : wellFormed(input.name());
    const populate = input.chance(0.2) ? { attributes: input.names().map(wellFormed) } : { all: input.chance(0.3) };
    const criteria = { where: input.where(TEXT_OF[model] ?? 'name') };
    if (input.chance(0.4)) criteria.sort = input.chance(0.5) ? input.sort(TEXT_OF[model] ?? 'name') : [input.object([[input.name(), input.text()]])];
    if (input.chance(0.2)) criteria[input.pick(['select', 'omit'])] = input.names();
    if (input.chance(0.2)) criteria[input.pick(['limit', 'skip'])] = input.value();
    const code = input.chance(0.7)
      ? await call('Find', { model, criteria_json: Buffer.from(JSON.stringify(criteria)), populate })
      : await call('FindOne', { model, id: wellFormed(input.text()), populate });
    assert.ok([0, 3, 5].includes(code), `code ${code} for ${JSON.stringify(criteria)}`); // OK, INVALID_ARGUMENT, NOT_FOUND
  });
  t.diagnostic(JSON.stringify(codes));
  assertNoSqlError();
  assert.deepEqual([contents(), schema()], before);
});

test(`writes store what was sent, and nothing else changes (seed ${SEED})`, async (t) => {
  const input = new HostileInput(SEED + 2);
  const before = schema();
  const tags = postgres.query('select count(*) from tag');
  const statuses = {};
  await repeat(1000, async () => {
    const name = input.text();
    const data = input.value();
    const body = input.object([...input.names().filter((key) => !['id', 'name', 'data'].includes(key)).map((key) => [key, input.value()]),
      ['name', name], ['data', data]]);
    const created = await request('POST', `${base}/user`, body);
    statuses[created.status] = (statuses[created.status] ?? 0) + 1;
    if (created.status !== 200) {
      assert.ok([400, 500].includes(created.status), `${created.status} for ${JSON.stringify(body)}`);
      return;
    }
    const { id } = created.json;
    const read = await request('GET', `${base}/user/${id}`);
    assert.equal(read.json.name, wellFormed(name));
    assert.deepEqual(read.json.data, wellFormed(JSON.parse(JSON.stringify(data))));
    const other = input.text();
    const updated = await request('PATCH', `${base}/user/${id}`, { name: other });
    if (updated.status === 200) assert.equal((await request('GET', `${base}/user/${id}`)).json.name, wellFormed(other));
    const at = input.pick(['', '/pets', `/pets/${encoded(input.text())}`]);
    await request(input.pick(at === '' ? ['PATCH', 'DELETE'] : ['PUT', 'DELETE']), `${base}/user/${encoded(input.text())}${at}`, input.value());
  });
  t.diagnostic(JSON.stringify(statuses));
  assert.ok(statuses[200] > 200, 'some of them mean something');
  // A value that its column's type cannot hold is Postgres's to refuse, and is 500 as with Sails: createdAt: -1e-300.
  assertNoSqlError(['22']);
  assert.deepEqual(schema(), before);
  assert.deepEqual(postgres.query('select count(*) from tag'), tags);
});
