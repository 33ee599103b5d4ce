// The same actions as a service in C++: the recorded exchanges that need actions, answered by it.
import { spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { after } from 'node:test';
import { eventually } from '../support/eventually.mjs';
import { CHECKOUT, freePorts } from '../support/suite.mjs';
import { replayHttpCases } from './http_cases.mjs';
import { replaySocketSteps } from './socket_steps.mjs';

const SERVER = path.join(CHECKOUT, 'bazel-bin/tests/interop/actions_cc/action_server'); // `./sail test` builds it
let server;
let address;

const listens = (port) => new Promise((resolve) => {
  const probe = net.connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
  probe.on('connect', () => probe.destroy());
});

// The service runs already when the suite starts, so the suite starts none of its own.
async function start() {
  if (!server) {
    const port = await freePorts();
    address = `127.0.0.1:${port}`;
    server = spawn(SERVER, { env: { SAIL_GRPC_ADDRESS: address }, stdio: 'inherit' });
    server.on('error', (error) => console.error(`${SERVER}: ${error.message}`));
    await eventually('the action server listens', 10, () => listens(port));
  }
  return { env: { SAIL_SERVICE_FIXTURE_TARGET: address } };
}

after(() => server?.kill('SIGTERM'));

replayHttpCases('HTTP', ['empty', 'seed', 'http', 'session'], start);
replaySocketSteps('sockets', 4, start);
