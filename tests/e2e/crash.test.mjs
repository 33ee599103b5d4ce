// kill -9 of any process while writes go on: it comes back, the suite goes on, and nothing acknowledged is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../support/eventually.mjs';
import { request } from '../support/http.mjs';
import { SailsClient } from '../support/sails_client.mjs';
import { Suite } from '../support/suite.mjs';

const BACK_SECONDS = 20;

let suite;
before(async () => {
  suite = await Suite.start({ gateways: 2, sessions: 2, pubsubs: 2, logics: 2 });
});
after(() => suite?.stop());

let serial = 0;

// Writes one record after the other through all gateways until `stop`; its ledger is what was answered with 200.
function startWriter() {
  const acknowledged = [];
  const refused = [];
  let running = true;
  const loop = (async () => {
    for (let turn = 0; running; turn++) {
      const label = `label-${serial++}`;
      try {
        const answer = await request('POST', `${suite.urls[turn % suite.urls.length]}/tag`, { label });
        if (answer.status === 200) acknowledged.push({ id: answer.json.id, label });
        else refused.push(answer.status);
      } catch (error) {
        refused.push(error.code ?? error.name); // unknown outcome: not in the ledger
      }
    }
  })();
  return {
    acknowledged,
    refused,
    stop: async () => {
      running = false;
      await loop;
    },
  };
}

async function assertNothingLost(ledger) {
  for (const { id, label } of ledger) {
    const answer = await request('GET', `${suite.urls[0]}/tag/${id}?populate=false`);
    assert.equal(answer.json?.label, label, `record ${id} was acknowledged; now: ${answer.status} ${answer.text}`);
  }
}

for (const role of ['gateway', 'session', 'pubsub', 'logic', 'redis', 'postgres']) {
  test(`a killed ${role} is back within ${BACK_SECONDS} s and nothing acknowledged is lost`, async () => {
    const writer = startWriter();
    await eventually('writes before the kill', 10, () => writer.acknowledged.length >= 20);
    await suite.kill(role, 0, BACK_SECONDS);
    const before = writer.acknowledged.length;
    await eventually(`writes after the kill, refused: ${writer.refused}`, BACK_SECONDS, () => writer.acknowledged.length >= before + 20);
    await writer.stop();
    // Both gateways serve again. (Writes are answered as soon as the records' store is back, reads without a session
    // of their own once that of the sessions is, too.)
    for (const url of suite.urls) {
      await eventually(`${url} answers`, BACK_SECONDS, async () => (await request('GET', `${url}/tag?limit=1`)).status === 200);
    }
    await assertNothingLost(writer.acknowledged);
  });
}

test('events flow between gateways again after a pubsub replica was killed', async () => {
  const client = await SailsClient.connect(suite.urls[0]);
  client.watch('tag');
  await client.request('get', '/tag?limit=1');
  for (const index of [0, 1]) {
    await suite.kill('pubsub', index, BACK_SECONDS);
    await eventually('an event after the kill', BACK_SECONDS, async () => {
      const { json: tag } = await request('POST', `${suite.urls[1]}/tag`, { label: `after-${serial++}` });
      return eventually('the event of this record', 1, () => client.events.some((each) => each.id === tag?.id)).catch(() => false);
    });
  }
  client.close();
});
