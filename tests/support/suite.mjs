// A whole suite of our own for a test file: started by `./sail up --detach` on free ports and a data folder that goes away.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.mjs';

export const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
export const REFERENCE_APP = path.join(CHECKOUT, 'tests/interop/reference_app');

// Runs ./sail with nobody's SAIL_ settings but `env`. Resolves to {status, stdout, stderr}; kills it after `seconds`.
export function sail(args, { env = {}, seconds = 120 } = {}) {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SAIL_')));
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(CHECKOUT, 'sail'), args, { env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (text) => (said[stream] += text));
    const timer = setTimeout(() => child.kill('SIGTERM'), seconds * 1000);
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status: status ?? signal, ...said });
    });
  });
}

// A folder that every user may pass through, as Postgres runs as its own.
export function temporaryFolder() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sail-test-'));
  chmodSync(folder, 0o711);
  return folder;
}

// The first of `count` neighbouring ports on which nobody listens. Below the range of outgoing connections.
export async function freePorts(count = 1) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const first = 10000 + Math.floor(Math.random() * 9000);
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports`);
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export class Suite {
  // options: gateways, sessions, pubsubs, logics, app, env
  static async start(options = {}) {
    const { gateways = 1, sessions = 1, pubsubs = 1, logics = 1, app, env } = options;
    const folder = temporaryFolder();
    const port = await freePorts(gateways);
    const suite = new Suite({ folder, port, gateways });
    const args = ['up', '--detach', '--data', suite.data, '--port', port, '--gateways', gateways];
    args.push('--sessions', sessions, '--pubsubs', pubsubs, '--logics', logics, ...(app ? ['--app', app] : []));
    const { status, stdout, stderr } = await sail(args.map(String), { env });
    if (status !== 0) {
      await suite.stop();
      throw new Error(`./sail ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    }
    return suite;
  }

  constructor({ folder, port, gateways }) {
    this.folder = folder;
    this.port = port;
    this.data = path.join(folder, 'data');
    this.urls = Array.from({ length: gateways }, (_, i) => `http://127.0.0.1:${port + i}`);
  }

  // {postgres, redis}: where the stores of this suite are, with their passwords.
  get stores() {
    return JSON.parse(readFileSync(path.join(this.data, 'stores.json'), 'utf8'));
  }

  get sessionSecret() {
    return readFileSync(path.join(this.data, 'secret'), 'utf8').trim();
  }

  // The lines of `./sail status`, parsed.
  async status() {
    const { stdout } = await sail(['status', '--data', this.data]);
    return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  async processes(role) {
    return (await this.status()).filter((line) => line.role === role);
  }

  // SIGKILL, and until the supervisor has brought another one that is ready.
  async kill(role, index = 0, seconds = 20) {
    const find = async () => (await this.processes(role)).find((line) => line.index === index);
    const { pid } = await find();
    process.kill(pid, 'SIGKILL');
    return eventually(`${role} ${index} is back`, seconds, async () => {
      const now = await find();
      return now.pid !== pid && now.state === 'ready' && now;
    });
  }

  // Ends everything and removes the data; with SAIL_TEST_KEEP set the folder stays for a look at its logs.
  async stop() {
    await sail(['down', '--data', this.data]);
    if (process.env.SAIL_TEST_KEEP) console.error(`kept ${this.folder}`);
    else if (existsSync(this.folder)) rmSync(this.folder, { recursive: true, force: true });
  }
}
