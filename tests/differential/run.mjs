// One run: the same requests to both sides, one after the other.
import { Random } from './random.mjs';
import { World } from './generate/models.mjs';
import { Requests } from './generate/requests.mjs';
import { comparable, differences } from './comparison.mjs';
import { known } from './differences.mjs';
import { Side, curl } from './sides.mjs';

const TABLES_EVERY = 100;
// Sails never answers some requests. It has said why by then, and would answer within milliseconds if it were to.
const STUCK = /trying to signal that it has finished AGAIN/;
const STUCK_MS = 300;
const WITHOUT_COOKIE = 0.03;

export class Run {
  // pair: {ours, peer, databases}. seed: of all that is random.
  constructor({ ours, peer, databases }, seed) {
    this.databases = databases;
    this.peer = peer;
    this.ours = new Side('here', ours);
    this.theirs = new Side('Sails', peer.url);
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
    for (let number = 1; number <= count && unexplained.length < enough; number++) {
      const request = this.requests.next();
      const hasCookie = request.headers.cookie === undefined && !this.random.chance(WITHOUT_COOKIE);
      const difference = await this.#exchange(request, hasCookie ? cookies : []);
      if (difference) unexplained.push(`request ${number} (${request.kind}): ${difference}`);
      if (number % TABLES_EVERY === 0 || number === count) {
        const table = await this.#compareTables();
        if (table) unexplained.push(`within the last ${TABLES_EVERY} requests before ${number}: ${table}`);
      }
    }
    return unexplained;
  }

  close() {
    this.ours.close();
    this.theirs.close();
  }

  // Both sides have signed a session of their own.
  async #cookies() {
    const answers = await Promise.all([this.ours, this.theirs].map((side) => side.send({ method: 'GET', path: '/tag', headers: {} })));
    return answers.map(({ headers }) => headers['set-cookie'][0].split(';')[0]);
  }

  // The text of a difference that nothing explains.
  async #exchange(request, cookies) {
    const forSide = (i) => (cookies[i] ? { ...request, headers: { ...request.headers, cookie: cookies[i] } } : request);
    this.log = '';
    const answers = await Promise.all([this.ours.send(forSide(0)), this.#unlessStuck(this.theirs.send(forSide(1)))]);
    const [ours, theirs] = answers.map(comparable);
    this.log += this.peer.logged();
    theirs.log = this.log;
    count(this.kinds, request.kind);
    count(this.statuses, theirs.status ?? 'none');
    this.requests.learn(request, answers[0]);
    const isWrite = !/^(GET|HEAD)$/.test(request.method) || /shortcut/.test(request.kind);
    if (isWrite) await this.databases.removeDangling();
    const differing = differences(ours, theirs);
    if (differing.length === 0) return undefined;
    if (isWrite) await this.databases.align();
    const reason = known(request, ours, theirs, differing);
    if (reason) return void count(this.onPurpose, reason.name);
    return [
      `${differing.join(', ')}\n  ${curl(request, '$URL')}`, `  here:  ${shown(ours)}`, `  Sails: ${shown(theirs)}`,
      ...(theirs.log ? [`  its log: ${theirs.log.slice(0, 600)}`] : []),
    ].join('\n');
  }

  async #unlessStuck(answer) {
    const watch = setInterval(() => {
      const wasStuck = STUCK.test(this.log);
      this.log += this.peer.logged();
      if (wasStuck) this.theirs.giveUp();
    }, STUCK_MS);
    return answer.finally(() => clearInterval(watch));
  }

  async #compareTables() {
    const found = await this.databases.difference();
    if (!found) return undefined;
    await this.databases.align();
    const [ours, theirs] = [found.ours.split('\n'), found.theirs.split('\n')];
    const only = (a, b) => a.filter((row) => !b.includes(row)).slice(0, 3).join('\n    ');
    return `${found.name}\n  here:  ${only(ours, theirs)}\n  Sails: ${only(theirs, ours)}`;
  }
}

const shown = ({ failed, status, headers, body }) => failed ?? `${status} ${JSON.stringify(headers)} ${body.slice(0, 1500)}`;

function count(counts, name) {
  counts[name] = (counts[name] ?? 0) + 1;
}
