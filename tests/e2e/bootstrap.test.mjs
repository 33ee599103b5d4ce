// Records that an application begins with: created once, whoever starts and however often.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { makeApplication } from '../support/application.mjs';
import { request } from '../support/http.mjs';
import { PrivatePostgres } from '../support/private_stores.mjs';
import { Suite, sail } from '../support/suite.mjs';

const PARALLEL = 20;

let postgres;
let app;
let suite;
before(async () => {
  app = makeApplication({
    'bootstrap.yaml': 'tag: [&vip {label: vip}]\nuser:\n  - name: Ann\n    pets: [{name: Rex, tags: [*vip]}, {name: Tom}]\n',
  });
  postgres = await PrivatePostgres.start();
  suite = await Suite.start({ app, logics: 2, env: { SAIL_POSTGRES_URL: postgres.url } });
});
after(async () => {
  await suite?.stop();
  await postgres?.remove();
  if (app) rmSync(app, { recursive: true, force: true });
});

const names = (records) => records.map((record) => record.name ?? record.label);

test('a new suite begins with the records of bootstrap.yaml', async () => {
  const [user] = (await request('GET', `${suite.urls[0]}/user`)).json;
  assert.equal(user.name, 'Ann');
  assert.deepEqual(names(user.pets), ['Rex', 'Tom']);
  assert.deepEqual(names((await request('GET', `${suite.urls[0]}/pet/1/tags`)).json), ['vip']);
});

test('a later start does not bring back what was deleted, and a migration does not add to it', async () => {
  assert.equal((await request('DELETE', `${suite.urls[0]}/user/1`)).status, 200);
  writeFileSync(path.join(app, 'bootstrap.yaml'), 'user: [{name: Bob}]\n');
  const { status, stdout, stderr } = await sail(['migrate', '--app', app, '--data', suite.data], { env: { SAIL_POSTGRES_URL: postgres.url } });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /up to date/);
  assert.deepEqual((await request('GET', `${suite.urls[0]}/user`)).json, []);
});

test(`of ${PARALLEL} processes that start on an empty database, some of them killed, the work is done once`, async () => {
  postgres.query('create database parallel', 'postgres');
  const env = { PATH: process.env.PATH, SAIL_APP_DIR: app, SAIL_POSTGRES_URL: postgres.url.replace(/sail$/, 'parallel') };
  const binary = path.join(suite.data, 'bin/logic_server');
  const started = Array.from({ length: PARALLEL }, (_, i) => new Promise((resolve, reject) => {
    const child = spawn(binary, ['--migrate=alter'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, said }));
    if (i % 4 === 0) setTimeout(() => child.kill('SIGKILL'), i * 5); // wherever it is then
  }));
  const ended = await Promise.all(started);
  assert.deepEqual(ended.filter(({ status }) => status !== 0 && status !== null), []);
  assert.ok(ended.filter(({ said }) => said.includes('bootstrap.yaml: created 1 records')).length <= 1);
  assert.deepEqual(postgres.query('select name from "user"', 'parallel'), ['Bob']);
});
