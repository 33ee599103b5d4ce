// One more gateway beside those of a suite, on the same services, with settings of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { eventually } from './eventually.mjs';
import { request } from './http.mjs';
import { CHECKOUT, freePorts } from './suite.mjs';

const APP = path.join(CHECKOUT, 'app');

// config and routes: the texts of config.yaml and routes.yaml in its copy of app/. Resolves to {url, app, stop} once it is ready.
export async function startGateway(suite, { config = '{}', routes = '{}', env = {} }) {
  const app = mkdtempSync(path.join(os.tmpdir(), 'sail-app-'));
  cpSync(APP, app, { recursive: true, filter: (source) => !source.includes('node_modules') });
  writeFileSync(path.join(app, 'config.yaml'), config);
  writeFileSync(path.join(app, 'routes.yaml'), routes);
  const lines = await suite.status();
  const target = (role) => lines.filter((line) => line.role === role).map((line) => line.grpc).join();
  const port = await freePorts(2);
  const log = [];
  const child = spawn(readlinkSync(`/proc/${lines.find((line) => line.role === 'gateway').pid}/exe`), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH, SAIL_APP_DIR: app, SAIL_HTTP_ADDRESS: `127.0.0.1:${port}`, SAIL_ADMIN_ADDRESS: `127.0.0.1:${port + 1}`,
      SAIL_SESSION_TARGET: target('session'), SAIL_PUBSUB_TARGET: target('pubsub'), SAIL_LOGIC_TARGET: target('logic'),
      SAIL_SESSION_SECRET: suite.sessionSecret, SAIL_GATEWAY_THREADS: '1', ...env,
    },
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => log.push(text));
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(app, { recursive: true, force: true });
  };
  try {
    await eventually('the gateway is ready', 20, async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
      return (await request('GET', `http://127.0.0.1:${port + 1}/readyz`)).status === 200;
    });
  } catch (error) {
    await stop();
    throw new Error(`no gateway: ${log.join('')}`, { cause: error });
  }
  return { url: `http://127.0.0.1:${port}`, app, stop };
}
