// Stores that a test starts, stops and freezes itself: `./sail` is told where they are and does not bring them back.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { eventually } from './eventually.mjs';
import { freePorts, temporaryFolder } from './suite.mjs';

const POSTGRES_BIN = '/usr/lib/postgresql/15/bin';

// Postgres refuses to be root.
const asPostgres = process.getuid() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--'] : [];

function check(command) {
  const { status, stderr, stdout, error } = spawnSync(command[0], command.slice(1), { cwd: '/', encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${error ?? stderr}${stdout}`);
  return stdout;
}

// The rows of one statement as texts, columns apart by a bar.
export function psql(url, sql) {
  const text = check([`${POSTGRES_BIN}/psql`, '-d', url, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', sql]);
  return text.split('\n').filter(Boolean);
}

// The process and all that descend from it.
function family(pid) {
  const parents = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1).split(' ');
      return [Number(name), Number(fields[1])];
    } catch {
      return [0, 0]; // it has just ended
    }
  });
  const found = [pid];
  for (const each of found) found.push(...parents.filter(([, parent]) => parent === each).map(([child]) => child));
  return found;
}

class PrivateStore {
  #child;

  constructor(folder, port) {
    this.folder = folder;
    this.port = port;
  }

  async start() {
    const [name, ...args] = this.command();
    this.#child = spawn(name, args, { cwd: '/', stdio: 'ignore' });
    await eventually(`${name} answers`, 20, () => this.answers());
  }

  // As kill -9.
  async stop() {
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.signal('SIGKILL');
    await ended;
  }

  freeze() {
    process.kill(this.#child.pid, 'SIGSTOP'); // first, so that it starts no process that would be missed
    this.signal('SIGSTOP');
  }

  thaw() {
    this.signal('SIGCONT');
  }

  signal(name) {
    for (const pid of family(this.#child.pid)) {
      try {
        process.kill(pid, name);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error; // it has just ended
      }
    }
  }

  async remove() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class PrivateRedis extends PrivateStore {
  static async start() {
    const redis = new PrivateRedis(temporaryFolder(), await freePorts());
    await redis.start();
    return redis;
  }

  get url() {
    return `redis://127.0.0.1:${this.port}/0`;
  }

  command() {
    return ['redis-server', '--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.folder, '--appendonly', 'yes'];
  }

  // Of all clients.
  cutConnections() {
    check(['redis-cli', '-p', String(this.port), 'client', 'kill', 'type', 'normal']);
    check(['redis-cli', '-p', String(this.port), 'client', 'kill', 'type', 'pubsub']);
  }

  answers() {
    return spawnSync('redis-cli', ['-p', String(this.port), 'ping'], { encoding: 'utf8' }).stdout === 'PONG\n';
  }
}

export class PrivatePostgres extends PrivateStore {
  // settings: of postgresql.conf. What the server says is in its `log`.
  static async start(settings = {}) {
    const postgres = new PrivatePostgres(temporaryFolder(), await freePorts());
    postgres.settings = { logging_collector: 'off', fsync: 'off', ...settings };
    chmodSync(postgres.folder, 0o711);
    mkdirSync(postgres.data);
    if (asPostgres.length > 0) check(['chown', 'postgres:', postgres.data]);
    check([...asPostgres, `${POSTGRES_BIN}/initdb`, '-D', postgres.data, '-U', 'sail', '-E', 'UTF8', '--locale=C', '-A', 'trust', '-N']);
    await postgres.start();
    postgres.query('create database sail', 'postgres');
    return postgres;
  }

  get data() {
    return path.join(this.folder, 'data');
  }

  get url() {
    return `postgresql://sail@127.0.0.1:${this.port}/sail`;
  }

  get log() {
    const file = path.join(this.data, 'server.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  command() {
    const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: this.port, ...this.settings };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // The shell takes the descriptors to the log; exec leaves one process, whose children are the server's.
    return [...asPostgres, 'sh', '-c', 'exec "$@" >>"$0/server.log" 2>&1', this.data, `${POSTGRES_BIN}/postgres`, '-D', this.data, ...args];
  }

  answers() {
    return spawnSync(`${POSTGRES_BIN}/pg_isready`, ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'sail', '-d', 'postgres']).status === 0;
  }

  query(sql, database = 'sail') {
    return psql(this.url.replace(/sail$/, database), sql);
  }
}
