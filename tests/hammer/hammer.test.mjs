// Numbered messages to clients that are cut in every way, while gateways and pubsub services are killed: nothing may be
// lost, come twice, or out of order. SAIL_HAMMER_SECONDS: how long at each rate (12).
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Balancer } from '../support/balancer.mjs';
import { eventually } from '../support/eventually.mjs';
import { PubSub } from '../support/pubsub.mjs';
import { RecoveringClient } from '../support/recovering_client.mjs';
import { makeRecoveryApp } from '../support/recovery_app.mjs';
import { Suite, temporaryFolder } from '../support/suite.mjs';
import { Ledger } from './ledger.mjs';

const SECONDS = Number(process.env.SAIL_HAMMER_SECONDS ?? 12);
const CLIENTS = 8;
const BATCH_MS = 10;

let folder;
let suite;
let programs;

before(async () => {
  folder = temporaryFolder();
  suite = await Suite.start({ gateways: 4, pubsubs: 2, app: makeRecoveryApp(folder, { keptMs: 60000, pingMs: 3000 }) });
  programs = (await suite.processes('pubsub')).map((each) => new PubSub(each.grpc, { seconds: 3 }));
});
after(async () => {
  for (const program of programs ?? []) program.close();
  await suite?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// Until it is done; a repetition is recognized by its ids.
async function insist(what, call) {
  let turn = 0;
  return eventually(what, 60, async () => {
    await call(programs[turn++ % programs.length]);
    return true;
  });
}

async function publish(room, rate, seconds) {
  let n = 0;
  const began = Date.now();
  while (Date.now() - began < seconds * 1000) {
    const due = Math.floor(((Date.now() - began) / 1000) * rate);
    const operations = [];
    while (n < due && operations.length < 500) {
      n++;
      const data_json = Buffer.from(JSON.stringify(['n', n]));
      operations.push({ dedup_id: `${room}-${n}`, broadcast: { rooms: [room], data_json } });
    }
    if (operations.length) await insist(`messages up to ${n}`, (program) => program.publish(...operations));
    await pause(BATCH_MS);
  }
  return n;
}

async function hammer(rate) {
  const members = [];
  const state = { over: false, kills: 0 };
  try {
    return await run(rate, members, state);
  } finally {
    state.over = true;
    for (const { balancer, client } of members) {
      client.close();
      balancer.close();
    }
  }
}

async function run(rate, members, state) {
  const room = `hammer-${rate}`;
  for (let i = 0; i < CLIENTS; i++) {
    const balancer = await Balancer.start(suite.urls);
    const client = await RecoveringClient.connect(balancer.url);
    const member = { balancer, client, ledger: new Ledger(), notRecovered: 0 };
    client.socket.on('n', (n) => member.ledger.take(n));
    client.socket.on('connect', () => {
      if (client.socket.recovered) return;
      member.notRecovered++;
      member.ledger.restart();
      insist('a client joins again', (program) => program.join(client.socket.id, [room])).catch(() => {});
    });
    client.events = { push() {} };
    await programs[0].join(client.last.id, [room]);
    members.push(member);
  }
  const cutting = (async () => {
    while (!state.over) {
      await pause(60 + Math.random() * 200);
      const { balancer, client } = members[Math.floor(Math.random() * members.length)];
      const live = [...balancer.pairs].find((each) => !each.halfOpen);
      if (!live || !client.socket.connected) continue;
      if (Math.random() < 0.3) balancer.cutHalf(live);
      else balancer.cut(live);
    }
  })();
  const killing = (async () => {
    for (let i = 0; !state.over; i++) {
      await pause(2500);
      if (state.over) break;
      state.kills++;
      if (i % 2) await suite.kill('pubsub', (i >> 1) % 2, 60);
      else await suite.kill('gateway', (i >> 1) % 4, 60);
    }
  })();
  const published = await publish(room, rate, SECONDS);
  state.over = true;
  await Promise.all([cutting, killing]);
  await insist('the last message', (program) => program.emit([room], 'n', [published + 1], { dedup_id: `${room}-last` }));
  await eventually('everybody has the last message', 60, () => members.every(({ ledger }) => ledger.last >= published + 1));
  const total = { published: published + 1, kills: state.kills, reconnects: 0, 'not recovered': 0, received: 0, lost: 0, doubled: 0, 'out of order': 0 };
  for (const { client, ledger, notRecovered } of members) {
    ledger.restart(published + 1);
    total.reconnects += client.connections.length - 1;
    total['not recovered'] += notRecovered;
    total.received += ledger.received;
    total.lost += ledger.lost;
    total.doubled += ledger.doubled;
    total['out of order'] += ledger.outOfOrder;
  }
  console.log(`${rate} messages/s to ${CLIENTS} clients: ${Object.entries(total).map(([name, n]) => `${n} ${name}`).join(', ')}`);
  return total;
}

for (const rate of [500, 2000]) {
  test(`${rate} messages a second`, async () => {
    const total = await hammer(rate);
    assert.ok(total.reconnects > CLIENTS && total.kills > 0, 'there was something to survive');
    assert.deepEqual([total.lost, total.doubled, total['out of order']], [0, 0, 0]);
  });
}
