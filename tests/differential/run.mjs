// One run: the same requests to both sides, one after the other.
import { Random } from './random.mjs';
import { World } from './generate/models.mjs';
import { Requests } from './generate/requests.mjs';
import { comparable, differences } from './comparison.mjs';
import { known, withoutFraming } from './differences.mjs';
import { Side, curl } from './sides.mjs';
import { VirtualSide } from './virtual_side.mjs';

const TABLES_EVERY = Number(process.env.SAIL_DIFFERENTIAL_TABLES_EVERY ?? 100);
// Sails never answers some requests. It has said why by then, and would answer within milliseconds if it were to.
const STUCK = /trying to signal that it has finished AGAIN/;
const STUCK_MS = 100;
const WITHOUT_COOKIE = 0.03;

export class Run {
  // pair: {ours, peer, databases}. seed: of all that is random.
  constructor({ ours, peer, databases }, seed) {
    this.databases = databases;
    this.peer = peer;
    this.urls = [ours, peer.url];
    this.http = this.urls.map((url) => new Side(url));
    this.random = new Random(seed);
    this.requests = new Requests(this.random, new World());
    this.statuses = {};
    this.kinds = {};
    this.onPurpose = {};
  }

  // Sends `count` requests. Returns what differed without a reason, as texts; stops at `enough` of them.
  async send(count, enough = 20) {
    await this.databases.empty();
    const unexplained = [];
    const cookies = await this.#cookies();
    this.sockets = await Promise.all(this.urls.map((url) => VirtualSide.connect(url)));
    for (let number = 1; number <= count && unexplained.length < enough; number++) {
      const request = this.requests.next();
      const hasCookie = request.headers.cookie === undefined && !this.random.chance(WITHOUT_COOKIE);
      const difference = await this.#exchange(request, hasCookie ? cookies : []) ?? (request.isRepeated && !/echo/i.test(request.path) ? await this.#repeat(request, cookies) : undefined);
      if (difference) unexplained.push(`request ${number} (${request.kind}): ${await this.#shortest(request, hasCookie ? cookies : []) ?? difference}`);
      if (number % TABLES_EVERY === 0 || number === count) {
        const table = await this.#compareTables();
        if (table) unexplained.push(`the ${TABLES_EVERY} requests up to ${number} left ${table}`);
      }
    }
    return unexplained;
  }

  close() {
    for (const side of [...this.http, ...(this.sockets ?? [])]) side.close();
  }

  // Both sides have signed a session of their own.
  async #cookies() {
    const answers = await Promise.all(this.http.map((side) => side.send({ method: 'GET', path: '/tag', headers: {} })));
    return answers.map(({ headers }) => headers['set-cookie'][0].split(';')[0]);
  }

  // The text of the same difference of a read without the headers and parameters that it does not need; undefined if it is gone.
  async #shortest(request, cookies) {
    if (!/^(GET|HEAD)$/.test(request.method) || /shortcut/.test(request.kind) || request.isVirtual) return undefined;
    const [path, query = ''] = request.path.split(/\?(.*)/s);
    let kept = request;
    let text;
    const attempt = async (candidate) => {
      const difference = await this.#exchange(candidate, cookies);
      if (difference) [kept, text] = [candidate, difference];
      return Boolean(difference);
    };
    for (const name of Object.keys(request.headers)) {
      const { [name]: _, ...headers } = kept.headers;
      await attempt({ ...kept, headers });
    }
    let pairs = query.split('&').filter(Boolean);
    for (const pair of [...pairs]) {
      const without = pairs.filter((each) => each !== pair);
      if (await attempt({ ...kept, path: without.length > 0 ? `${path}?${without.join('&')}` : path })) pairs = without;
    }
    return text;
  }

  // The same once more, with the entity tag that each side gave.
  #repeat(request, cookies) {
    const tags = this.answers.map(({ headers }) => headers?.etag);
    return tags.length === 2 && tags.every(Boolean) ? this.#exchange(request, cookies, tags) : undefined;
  }

  // The text of a difference that nothing explains.
  async #exchange(request, cookies, tags = []) {
    const forSide = (i) => ({
      ...request, headers: { ...request.headers, ...(cookies[i] && { cookie: cookies[i] }), ...(tags[i] && { 'if-none-match': tags[i] }) },
    });
    this.log = '';
    const sides = request.isVirtual ? this.sockets : this.http;
    const answers = await Promise.all([sides[0].send(forSide(0)), this.#unlessStuck(sides[1], forSide(1))]);
    this.answers = answers;
    const [ours, theirs] = answers.map(comparable);
    this.log += this.peer.logged();
    theirs.log = this.log;
    count(this.kinds, request.kind);
    count(this.statuses, theirs.status ?? 'none');
    this.requests.learn(request, answers[0]);
    const isWrite = !/^(GET|HEAD)$/.test(request.method) || /shortcut/.test(request.kind);
    if (isWrite) {
      await this.databases.removeDangling();
      this.lastWrite = command(request);
    }
    for (const name of withoutFraming({ request, ours, theirs })) count(this.onPurpose, name);
    const differing = differences(ours, theirs);
    if (differing.length === 0) return undefined;
    this.answers = []; // which say nothing of a repeated request
    if (isWrite) await this.databases.align();
    const reason = known(request, ours, theirs, differing);
    if (reason) return void count(this.onPurpose, reason.name);
    return [
      `${differing.join(', ')}\n  ${command(request)}`, `  here:  ${shown(ours)}`, `  Sails: ${shown(theirs)}`,
      ...(theirs.log ? [`  its log: ${theirs.log.slice(0, 600)}`] : []),
    ].join('\n');
  }

  async #unlessStuck(side, request) {
    const watch = setInterval(() => {
      const wasStuck = STUCK.test(this.log);
      this.log += this.peer.logged();
      if (wasStuck) side.giveUp();
    }, STUCK_MS);
    return side.send(request).finally(() => clearInterval(watch));
  }

  async #compareTables() {
    const found = await this.databases.difference();
    if (!found) return undefined;
    await this.databases.align();
    const [ours, theirs] = [found.ours.split('\n'), found.theirs.split('\n')];
    const only = (a, b) => rowsOfOne(a, b).slice(0, 3).join('\n    ');
    return `${found.name}\n  ${this.lastWrite}\n  here:  ${only(ours, theirs)}\n  Sails: ${only(theirs, ours)}`;
  }
}

// The rows of `a` that `b` has not, or not as often.
function rowsOfOne(a, b) {
  const left = [...b];
  return a.filter((row) => {
    const at = left.indexOf(row);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

const command = (request) => (
  request.isVirtual ? `over the socket: ${request.method} ${request.path} ${JSON.stringify(request.data)}` : curl(request, '$URL')
);

const shown = ({ failed, status, headers, body }) => failed ?? `${status} ${JSON.stringify(headers)} ${body.slice(0, 1500)}`;

function count(counts, name) {
  counts[name] = (counts[name] ?? 0) + 1;
}
