// kill -9 of logic services, twenty times, amid 500 writes a second. A ledger of what was acknowledged, the tables and a
// subscriber's log are compared: nothing acknowledged is lost, nothing is there twice, no action is half done, and every
// commit has its event, once.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { makeApplication } from '../support/application.mjs';
import { eventually } from '../support/eventually.mjs';
import { request } from '../support/http.mjs';
import { PacedWriter } from '../support/paced_writer.mjs';
import { psql } from '../support/private_stores.mjs';
import { SailsClient } from '../support/sails_client.mjs';
import { Suite } from '../support/suite.mjs';

const KILLS = 20;
const PER_SECOND = 500;
const KILL_EVERY_MS = 2000;
const OWNERS = 4;

let app;
let suite;
let postgres;
before(async () => {
  // A tag's label is not unique here, so that a write that was done twice would show.
  app = makeApplication({}, {
    user: 'attributes:\n  name: {type: string}\n  pets: {collection: pet, via: owner}\n',
    pet: 'attributes:\n  name: {type: string}\n  owner: {model: user}\n',
    tag: 'attributes:\n  label: {type: string, required: true}\n',
  });
  suite = await Suite.start({ gateways: 2, pubsubs: 2, logics: 3, app });
  postgres = suite.stores.postgres;
});
after(async () => {
  await suite?.stop();
  if (app) rmSync(app, { recursive: true, force: true });
});

async function create(path, body) {
  const { status, json, text } = await request('POST', `${suite.urls[0]}${path}`, body);
  assert.equal(status, 200, text);
  return json;
}

// An owner whose collection is replaced over and over, now by one set and now by the other.
class Owner {
  states = []; // the two sets of pets
  acknowledged = 0;

  static async create() {
    const owner = new Owner();
    owner.id = (await create('/user', { name: 'owner' })).id;
    for (const set of ['a', 'b']) {
      const pets = [];
      for (const n of [1, 2, 3]) pets.push((await create('/pet', { name: `${set}${n}` })).id);
      owner.states.push(pets);
    }
    owner.url = (gateway) => `${suite.urls[gateway % 2]}/user/${owner.id}/pets`;
    await request('PUT', owner.url(0), owner.states[0]);
    return owner;
  }

  // Which of the two a list of pets is; -1 for half an action.
  stateOf(pets) {
    const sorted = [...pets].sort((a, b) => a - b).join();
    return this.states.findIndex((state) => state.join() === sorted);
  }

  async replaceUntil(stopped) {
    for (let turn = 1; !stopped(); turn++) {
      const { status } = await request('PUT', this.url(turn), this.states[turn % 2]);
      if (status === 200) this.acknowledged++;
      await pause(5); // the writes a second are the other writer's
    }
  }

  async readUntil(stopped) {
    let reads = 0;
    for (let turn = 0; !stopped(); turn++) {
      const { status, json } = await request('GET', this.url(turn));
      if (status === 200) {
        reads++;
        const pets = json.map((pet) => pet.id);
        assert.notEqual(this.stateOf(pets), -1, `half an action: owner ${this.id} has ${pets}`);
      }
      await pause(20);
    }
    return reads;
  }

  // The events of this owner from the first state on: each replacement whole, in the order of the commits.
  replay(events) {
    let state = 0;
    let replacements = 0;
    for (let at = 0; at < events.length; at += 6) {
      const next = 1 - state;
      const found = events.slice(at, at + 6).map((event) => `${event.verb} ${event.addedId ?? event.removedId}`);
      const due = [...this.states[next].map((id) => `addedTo ${id}`), ...this.states[state].map((id) => `removedFrom ${id}`)];
      assert.deepEqual(found, due, `events ${at} and on of owner ${this.id}`);
      state = next;
      replacements++;
    }
    return { state, replacements };
  }
}

async function killLogics() {
  for (let kill = 0; kill < KILLS; kill++) {
    const began = performance.now();
    const logics = await suite.processes('logic');
    const next = [...logics.slice(kill % 3), ...logics].find((each) => each.state === 'ready');
    process.kill(next.pid, 'SIGKILL');
    await pause(Math.max(0, KILL_EVERY_MS - (performance.now() - began)));
  }
}

// How often each of these is there.
function counted(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

test(`${KILLS} kills of a logic service amid ${PER_SECOND} writes a second lose nothing, double nothing, halve nothing`, async (t) => {
  const owners = await Promise.all(Array.from({ length: OWNERS }, () => Owner.create()));
  const watcher = await SailsClient.connect(suite.urls[1]);
  for (const model of ['user', 'tag']) {
    watcher.watch(model);
    assert.equal((await watcher.request('get', `/${model}`)).statusCode, 200);
  }

  let serial = 0;
  const writer = new PacedWriter({
    perSecond: PER_SECOND, maxInFlight: 256,
    next: () => ({ method: 'POST', url: `${suite.urls[serial % 2]}/tag`, body: { label: `label-${serial++}` } }),
  });
  let over = false;
  const stopped = () => over;
  const replacing = owners.map((owner) => owner.replaceUntil(stopped));
  const reading = owners.map((owner) => owner.readUntil(stopped));
  try {
    await killLogics();
  } finally {
    over = true;
    await writer.stop();
  }
  await Promise.all(replacing);
  const reads = (await Promise.all(reading)).reduce((sum, count) => sum + count, 0);

  await eventually('the outbox is empty', 30, () => psql(postgres, 'select count(*) from sail_outbox')[0] === '0');
  const rows = psql(postgres, 'select id, label from tag').map((line) => line.split('|'));
  const table = new Map(rows.map(([id, label]) => [Number(id), label]));
  const created = watcher.events.filter((event) => event.model === 'tag' && event.verb === 'created');
  await eventually(`all events arrive, ${created.length} of ${table.size}`, 30, () => (
    watcher.events.filter((event) => event.model === 'tag').length >= table.size
  ));
  await pause(500); // for what would come twice
  watcher.close();

  // The ledger is in the table, and nothing is there twice.
  const lost = writer.acknowledged.filter(({ body, json }) => table.get(json.id) !== body.label);
  assert.deepEqual(lost, [], 'acknowledged and lost');
  assert.deepEqual([...counted(table.values())].filter(([, count]) => count !== 1), [], 'done more than once');

  // Every commit has its event, once, and no event is of anything else.
  const events = counted(watcher.events.filter((event) => event.model === 'tag').map((event) => event.id));
  assert.deepEqual([...events].filter(([id, count]) => count !== 1 || !table.has(id)), [], 'events doubled, or of nothing');
  assert.deepEqual([...table.keys()].filter((id) => !events.has(id)), [], 'commits without their event');

  let replacements = 0;
  for (const owner of owners) {
    const replay = owner.replay(watcher.events.filter((event) => event.model === 'user' && event.id === owner.id));
    const pets = psql(postgres, `select id from pet where owner = ${owner.id}`).map(Number);
    assert.equal(owner.stateOf(pets), replay.state, `owner ${owner.id} is as its events say`);
    assert.ok(replay.replacements <= owner.acknowledged + KILLS, 'a replacement is one commit');
    replacements += replay.replacements;
  }

  const { acknowledged, sent, skipped, unknown, seconds } = writer;
  t.diagnostic(`${sent} writes sent in ${seconds.toFixed(1)} s, ${acknowledged.length} acknowledged, ${unknown} unknown, ${skipped} skipped; `
    + `${table.size} rows, ${events.size} events; ${replacements} collections replaced, ${reads} reads of them`);
  assert.ok(acknowledged.length >= 0.8 * PER_SECOND * seconds, `only ${acknowledged.length / seconds} writes a second`);
});
