// The bare Engine.IO echo server for a test file: built, started on a free port, ended with it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { CHECKOUT, freePorts } from '../support/suite.mjs';

export async function startEchoServer() {
  const build = spawnSync('bazel', ['build', '//tests/conformance:engineio_echo_server', '--noshow_progress', '--ui_event_filters=-INFO'], {
    cwd: CHECKOUT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (build.status !== 0) throw new Error('the echo server does not build');
  const port = await freePorts();
  const server = spawn(path.join(CHECKOUT, 'bazel-bin/tests/conformance/engineio_echo_server'), ['--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface(server.stdout), 'line', { signal: AbortSignal.timeout(10_000) });
  return {
    url: `http://127.0.0.1:${port}/engine.io/`,
    async stop() {
      server.kill('SIGTERM');
      await once(server, 'exit');
    },
  };
}
