// Registers the recorded socket steps as tests, one a step: four clients on two gateways, and plain HTTP requests between.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.mjs';
import { request } from '../support/http.mjs';
import { REFERENCE_APP, Suite } from '../support/suite.mjs';
import { readCases } from './replayer.mjs';
import { SocketActor } from './socket_actor.mjs';

const GATEWAY_OF = { A: 0, B: 1, C: 0, D: 1 };
const SETTLE = 60; // ms after the last expected event in which an event too many would come
const STEPS = readCases(fileURLToPath(new URL('cases/sails-sockets.jsonl', import.meta.url)));
const FIRST_REAL_TIME = 1.5e12;

// eio: version of Engine.IO. start: resolves to more options for the suite.
export function replaySocketSteps(title, eio, start = async () => ({})) {
  describe(title, { concurrency: 1 }, () => {
    let suite;
    const actors = {};
    before(async () => {
      suite = await Suite.start({ app: REFERENCE_APP, gateways: 2, sessions: 2, pubsubs: 2, logics: 2, ...(await start()) });
      for (const [name, gateway] of Object.entries(GATEWAY_OF)) actors[name] = await SocketActor.connect(suite.urls[gateway], eio);
    });
    after(async () => {
      for (const actor of Object.values(actors)) actor.close();
      await suite?.stop();
    });

    const send = async ({ actor, method, url, data, headers }) => {
      if (actors[actor]) return actors[actor].request({ method, url, data, headers });
      const { status, json, text } = await request(method, `${suite.urls[Number(actor.slice('http'.length))]}${url}`, data);
      return { body: json ?? text, statusCode: status };
    };

    for (const step of STEPS) {
      test(`${step.id} ${step.actor} ${step.method} ${step.url}`, async () => {
        for (const actor of Object.values(actors)) actor.events = [];
        const reply = await send(withIds(step, actors));
        const arrived = () => Object.entries(actors).every(([name, { events }]) => events.length >= (step.events[name]?.length ?? 0));
        await eventually('the expected events', 5, arrived).catch(() => {}); // what is missing shows in the comparison
        await pause(SETTLE);
        const events = Object.fromEntries(Object.entries(actors).map(([name, each]) => [name, each.events]).filter(([, list]) => list.length));
        const got = described({ reply, events }, actors);
        assert.equal(JSON.stringify(got, null, 1), JSON.stringify({ reply: step.reply, events: step.events }, null, 1));
      });
    }
  });
}

// "$id:B" in a request is the socket id of B.
function withIds(value, actors) {
  if (typeof value === 'string') return value.replace(/\$id:(\w)/g, (_, name) => actors[name].id);
  if (Array.isArray(value)) return value.map((each) => withIds(each, actors));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withIds(each, actors)]));
}

// Socket ids become "$id:B" again, times "{{ts}}"; lists whose order is unspecified are sorted.
function described(value, actors, key) {
  if (['createdAt', 'updatedAt'].includes(key) && value > FIRST_REAL_TIME) return '{{ts}}';
  if (typeof value === 'string') {
    const [name] = Object.entries(actors).find(([, { id }]) => id === value) ?? [];
    return name ? `$id:${name}` : value;
  }
  if (Array.isArray(value)) {
    const list = value.map((each) => described(each, actors));
    if (key === 'rooms') return list.sort();
    return ['pets', 'tags'].includes(key) ? list.sort((a, b) => a.id - b.id) : list;
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, described(each, actors, name)]));
}
