// The sample application with long-polling switched on and sockets of any origin, in a folder of its own.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT, temporaryFolder } from './suite.mjs';

// What sails.io.js says of itself; virtual requests of other clients need it in their query.
export const SDK = { __sails_io_sdk_version: '1.2.1', __sails_io_sdk_platform: 'node', __sails_io_sdk_language: 'javascript' };

// settings: more of config.yaml's `sockets`. The caller removes the folder.
export function pollingApp(settings = {}) {
  const app = temporaryFolder();
  cpSync(path.join(CHECKOUT, 'app'), app, { recursive: true });
  const file = path.join(app, 'config.yaml');
  const own = Object.entries({ transports: '[polling, websocket]', ...settings });
  let text = readFileSync(file, 'utf8').replace(/ {2}onlyAllowOrigins:\n( {4}- .*\n)+/, '');
  for (const [name] of own) text = text.replace(new RegExp(`^ {2}${name}: .*\\n`, 'm'), '');
  text = text.replace(/^sockets:\n/m, (line) => line + own.map(([name, value]) => `  ${name}: ${value}\n`).join(''));
  writeFileSync(file, text);
  return app;
}
