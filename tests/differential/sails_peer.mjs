// A real Sails beside a suite: on the suite's Postgres and Redis servers, in a database of its own with the same tables.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.mjs';
import { REFERENCE_APP, freePorts } from '../support/suite.mjs';

const FOLDER = fileURLToPath(new URL('peer/', import.meta.url));
const DATABASE = 'sails_peer';
const SESSIONS = '/1'; // the Redis database
export const TABLES = ['user', 'pet', 'tag', 'thing', 'doc', 'pet_tags__tag_pets', 'doc_related__tag_related_tag'];

// Sails asks for no order, and Postgres gives rows as they lie. Its tables are views in the order of the primary key, which is
// one of the orders a Sails may answer with, and the one that we promise; joins by
// loops keep it.
const ORDERED = `
alter database ${DATABASE} set enable_hashjoin to off;
alter database ${DATABASE} set enable_mergejoin to off;
` + TABLES.map((table) => (
  `alter table "${table}" rename to "${table}_rows"; create view "${table}" as select * from "${table}_rows" order by id;`
)).join('\n');

export class SailsPeer {
  #log;

  // suite: {stores, sessionSecret}. log: where Sails writes to.
  static async start(suite, log) {
    const postgres = new URL(suite.stores.postgres);
    const ours = postgres.href;
    run('psql', ['-q', '-d', ours, '-c', `drop database if exists ${DATABASE} with (force)`, '-c', `create database ${DATABASE}`]);
    postgres.pathname = `/${DATABASE}`;
    const tables = run('pg_dump', ['--schema-only', '--no-owner', ...TABLES.flatMap((table) => ['-t', `"${table}"`]), '-d', ours]);
    run('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-d', postgres.href], `${keysFirst(tables)}\nset search_path to public;\n${ORDERED}`);

    const redis = new URL(suite.stores.redis);
    redis.pathname = SESSIONS;
    const port = await freePorts();
    const peer = new SailsPeer(`http://127.0.0.1:${port}`, postgres.href);
    await peer.#launch(log, {
      PORT: String(port), POSTGRES_URL: postgres.href, REDIS_URL: redis.href, SESSION_SECRET: suite.sessionSecret,
      DATA_ENCRYPTION_KEY: /dataEncryptionKeys:\s*default: (\S+)/.exec(readFileSync(path.join(REFERENCE_APP, 'config.yaml'), 'utf8'))[1],
    });
    return peer;
  }

  constructor(url, postgresUrl) {
    this.url = url;
    this.postgresUrl = postgresUrl;
  }

  async #launch(log, settings) {
    const output = openSync(log, 'w');
    this.#log = openSync(log, 'r');
    const child = spawn(process.execPath, ['app.js'], { cwd: FOLDER, env: { ...process.env, ...settings }, stdio: ['ignore', output, output] });
    closeSync(output);
    this.process = child;
    this.ended = new Promise((resolve) => child.on('close', resolve));
    let said = '';
    try {
      await eventually('Sails is up', 60, () => {
        if (child.exitCode !== null) throw new Error(`Sails ended with ${child.exitCode}:\n${said}`);
        said += this.logged();
        return /^ready$/m.test(said);
      });
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  // What Sails has logged since this was last asked. It writes to a file, so that all it had to say of a request is there when
  // the answer is.
  logged() {
    const parts = [];
    const buffer = Buffer.alloc(65536);
    for (let length; (length = readSync(this.#log, buffer, 0, buffer.length, null)) > 0;) parts.push(Buffer.from(buffer.subarray(0, length)));
    return Buffer.concat(parts).toString('utf8');
  }

  async stop() {
    if (this.process.exitCode === null) this.process.kill('SIGTERM');
    const force = setTimeout(() => this.process.kill('SIGKILL'), 5000);
    await this.ended;
    clearTimeout(force);
    closeSync(this.#log);
  }
}

// Of two keys that are taken Postgres names the one that was made first; a Sails makes the primary one first.
function keysFirst(dump) {
  const unique = /^ALTER TABLE ONLY [^;]+ UNIQUE [^;]+;$/gm;
  return [dump.replace(unique, ''), ...(dump.match(unique) ?? [])].join('\n');
}

function run(command, args, input = '') {
  const { status, stdout, stderr, error } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  return stdout;
}
