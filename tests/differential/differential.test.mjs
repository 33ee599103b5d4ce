// The same random requests to a real Sails and to a suite of ours. SAIL_DIFFERENTIAL_SEED and SAIL_DIFFERENTIAL_REQUESTS repeat
// a run; without a seed the time gives one.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { REFERENCE_APP, Suite } from '../support/suite.mjs';
import { Databases } from './database.mjs';
import { Run } from './run.mjs';
import { SailsPeer } from './sails_peer.mjs';

const SEEDS = process.env.SAIL_DIFFERENTIAL_SEED?.split(',').map(Number) ?? [Math.floor(Date.now() / 1000) % 1_000_000];
const REQUESTS = Number(process.env.SAIL_DIFFERENTIAL_REQUESTS ?? 6000);

describe('a real Sails answers the same', { concurrency: 1 }, () => {
  let suite;
  let peer;
  let databases;
  before(async () => {
    suite = await Suite.start({ app: REFERENCE_APP });
    peer = await SailsPeer.start(suite, path.join(suite.folder, 'sails.log'));
    databases = await Databases.open(suite.stores.postgres, peer.postgresUrl);
  });
  after(async () => {
    await databases?.close();
    await peer?.stop();
    await suite?.stop();
  });

  for (const seed of SEEDS) {
    test(`${REQUESTS} requests of seed ${seed}`, async () => {
      console.log(`seed ${seed}: repeat with SAIL_DIFFERENTIAL_SEED=${seed} SAIL_DIFFERENTIAL_REQUESTS=${REQUESTS} ./sail test differential`);
      const run = new Run({ ours: suite.urls[0], peer, databases }, seed);
      const began = Date.now();
      try {
        const unexplained = await run.send(REQUESTS);
        console.log(`seed ${seed}: ${REQUESTS} requests in ${Math.round((Date.now() - began) / 1000)} s, ${unexplained.length} unexplained differences`);
        console.log(`  statuses ${JSON.stringify(run.statuses)}\n  requests ${JSON.stringify(run.kinds)}\n  on purpose ${JSON.stringify(run.onPurpose)}`);
        assert.equal(unexplained.length, 0, unexplained.join('\n\n'));
      } finally {
        run.close();
      }
    });
  }
});
