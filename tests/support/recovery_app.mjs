// An application whose clients recover, in a folder of its own.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { REFERENCE_APP } from './suite.mjs';

export function makeRecoveryApp(folder, { keptMs, pingMs = 5000 }) {
  const app = path.join(folder, 'app');
  mkdirSync(app);
  cpSync(path.join(REFERENCE_APP, 'models'), path.join(app, 'models'), { recursive: true });
  writeFileSync(path.join(app, 'config.yaml'), [
    'sockets:', `  pingInterval: ${pingMs}`, `  pingTimeout: ${pingMs}`, '  connectionStateRecovery:',
    `    maxDisconnectionDuration: ${keptMs}`, '',
  ].join('\n'));
  return app;
}
