// The command itself: what it says, what it leaves behind, and its sentences when something is wrong.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, within } from '../support/eventually.mjs';
import { request } from '../support/http.mjs';
import { CHECKOUT, Suite, freePorts, sail, temporaryFolder } from '../support/suite.mjs';

let suite;
before(async () => {
  suite = await Suite.start({ gateways: 2, logics: 2 });
});
after(() => suite?.stop());

// A process that ended but was not yet collected by its parent (an orphan's is init) does not run any more.
function alive(pid) {
  try {
    return !'ZX'.includes(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)[0]);
  } catch {
    return false; // there is no such process
  }
}

test('status prints one line for each process and exits with 0 when all are ready', async () => {
  const { status, stdout } = await sail(['status', '--data', suite.data]);
  assert.equal(status, 0);
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => `${line.role} ${line.index}`).sort(), [
    'gateway 0', 'gateway 1', 'logic 0', 'logic 1', 'postgres 0', 'pubsub 0', 'redis 0', 'session 0',
  ]);
  for (const line of lines) {
    assert.deepEqual(Object.keys(line), ['role', 'index', 'pid', 'address', 'grpc', 'admin', 'state']);
    assert.ok(alive(line.pid), `${line.role} runs`);
    assert.equal(line.state, 'ready');
  }
  assert.deepEqual(
    lines.filter((line) => line.role === 'gateway').map((line) => line.address),
    suite.urls.map((url) => new URL(url).host),
  );
  const own = lines.flatMap((line) => [line.grpc, line.admin]).filter(Boolean);
  assert.equal(new Set(own).size, own.length, 'every process has its own ports');
});

test('each process shows its metrics on its admin port', async () => {
  for (const { role, admin } of (await suite.status()).filter((line) => line.admin)) {
    assert.equal((await request('GET', `http://${admin}/healthz`)).status, 200, role);
    const metrics = await request('GET', `http://${admin}/metrics`);
    assert.match(metrics.text, /^# TYPE sail_/m, role);
  }
});

test('a port that is taken is a sentence that says by whom', async () => {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const folder = temporaryFolder();
  const { status, stderr } = await sail(['up', '--detach', '--port', String(port), '--data', path.join(folder, 'data')]);
  server.close();
  rmSync(folder, { recursive: true });
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`^sail: Port ${port} is taken by node \\(pid ${process.pid}\\)\\..*--port`, 'm'));
});

test('a second suite on the same data folder is refused, the first goes on', async () => {
  const port = await freePorts();
  const { status, stderr } = await sail(['up', '--detach', '--port', String(port), '--data', suite.data]);
  assert.equal(status, 1);
  assert.match(stderr, /^sail: A suite already runs on /m);
  assert.equal((await request('GET', `${suite.urls[0]}/user?limit=1`)).status, 200);
});

test('a broken model is a sentence that names its file, and nothing is left running', async () => {
  const folder = temporaryFolder();
  const app = path.join(folder, 'app');
  cpSync(path.join(CHECKOUT, 'app'), app, { recursive: true, filter: (file) => !file.includes('node_modules') && !file.endsWith('.json') });
  writeFileSync(path.join(app, 'models/user.yaml'), 'attributes:\n  name: {type: strong}\n');
  const data = path.join(folder, 'data');
  const { status, stderr } = await sail(['up', '--detach', '--app', app, '--port', String(await freePorts()), '--data', data]);
  assert.equal(status, 1);
  assert.match(stderr, /user\.yaml/);
  assert.match(stderr, /strong/);
  assert.equal((await sail(['status', '--data', data])).status, 1);
  rmSync(folder, { recursive: true });
});

test('a folder that is no application, and a number that is none, are sentences', async () => {
  const folder = temporaryFolder();
  const none = await sail(['up', '--app', folder, '--data', path.join(folder, 'data')]);
  assert.equal(none.status, 1);
  assert.match(none.stderr, /is not an application/);
  const bad = await sail(['up', '--gateways', 'many']);
  assert.equal(bad.status, 2);
  assert.match(bad.stderr, /'many' is not a number from 1 to 64/);
  rmSync(folder, { recursive: true });
});

test('secrets are readable by their owner alone', () => {
  for (const name of ['secret', 'store_password', 'stores.json', 'redis/redis.conf']) {
    assert.equal(statSync(path.join(suite.data, name)).mode & 0o077, 0, name);
  }
});

test('migrate on a suite that runs finds nothing to do', async () => {
  const { status, stdout, stderr } = await sail(['migrate', '--data', suite.data]);
  assert.equal(status, 0, stdout + stderr);
});

test('a warm start takes at most 5 s, records survive it, and down ends every process', async () => {
  const { json: user } = await request('POST', `${suite.urls[0]}/user`, { name: 'Ann', email: 'ann@example.com' });
  const pids = (await suite.status()).map((line) => line.pid);
  assert.equal((await sail(['down', '--data', suite.data])).status, 0);
  assert.deepEqual(pids.filter(alive), []);
  assert.equal((await sail(['status', '--data', suite.data])).status, 1);

  const began = Date.now();
  const up = await sail(['up', '--detach', '--port', String(suite.port), '--data', suite.data]);
  const seconds = (Date.now() - began) / 1000;
  assert.equal(up.status, 0, up.stderr);
  assert.match(up.stdout, new RegExp(`curl -s http://127.0.0.1:${suite.port}/user`));
  assert.ok(seconds <= 5, `took ${seconds} s`);
  assert.deepEqual((await request('GET', `${suite.urls[0]}/user/${user.id}`)).json, user);
});

test('Ctrl-C ends a suite in the foreground', async () => {
  const folder = temporaryFolder();
  const data = path.join(folder, 'data');
  const port = await freePorts();
  const child = spawn(path.join(CHECKOUT, 'sail'), ['up', '--port', String(port), '--data', data], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('close', resolve));
  await eventually('the suite serves', 60, async () => (await request('GET', `http://127.0.0.1:${port}/user`)).status === 200);
  const pids = (await sail(['status', '--data', data])).stdout.trim().split('\n').map((line) => JSON.parse(line).pid);
  child.kill('SIGINT');
  assert.equal(await within('the end', 30, ended), 0);
  assert.deepEqual(pids.filter(alive), []);
  rmSync(folder, { recursive: true });
});

test('a suite whose supervisor was killed is ended by down', async () => {
  const other = await Suite.start();
  const pids = (await other.status()).map((line) => line.pid);
  const { supervisor } = JSON.parse(readFileSync(path.join(other.data, 'state.json'), 'utf8'));
  process.kill(supervisor.pid, 'SIGKILL');
  await eventually('the supervisor is gone', 5, () => !alive(supervisor.pid));
  assert.ok(pids.every(alive), 'its processes go on');
  await other.stop();
  assert.deepEqual(pids.filter(alive), []);
});
