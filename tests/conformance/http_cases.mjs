// Registers the recorded HTTP cases of some groups as tests, one a case, against two gateways that take turns.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REFERENCE_APP, Suite } from '../support/suite.mjs';
import { DIFFERENCES } from './differences.mjs';
import { Replayer, comparable, readCases, recordedAnswer } from './replayer.mjs';

const groupOf = (each) => each.id.split('.')[0];

const read = (name) => readCases(fileURLToPath(new URL(`cases/${name}`, import.meta.url)));
export const CASES = read('sails-http.jsonl');
export const CSRF_CASES = read('sails-http-csrf.jsonl');

// groups: in the order of the file, which the cases rely on. start: resolves to more options for the suite.
export function replayHttpCases(title, groups, start = async () => ({}), cases = CASES) {
  const counts = new Map(groups.map((group) => [group, { passed: 0, asRecorded: 0, cases: 0 }]));
  describe(title, { concurrency: 1 }, () => {
    let suite;
    let replayer;
    before(async () => {
      suite = await Suite.start({ app: REFERENCE_APP, gateways: 2, sessions: 2, pubsubs: 2, logics: 2, ...(await start()) });
      replayer = new Replayer(suite.urls);
    });
    after(async () => {
      replayer?.close();
      await suite?.stop();
      for (const [group, { passed, asRecorded, cases: all }] of counts) {
        console.log(`${group.padEnd(9)} ${passed}/${all} as expected, ${asRecorded} of them as recorded`);
      }
    });

    for (const recorded of cases.filter((each) => counts.has(groupOf(each)))) {
      const count = counts.get(groupOf(recorded));
      count.cases++;
      const difference = DIFFERENCES[recorded.id];
      const name = `${recorded.id} ${recorded.method} ${recorded.path}`;
      test(difference ? `${name} (differs: ${difference.why})` : name, async () => {
        const expected = difference ? difference.of(recorded) : recorded;
        const got = comparable(recorded, await replayer.answer(expected));
        assert.equal(got, comparable(recorded, recordedAnswer(expected)));
        count.passed++;
        if (got === comparable(recorded, recordedAnswer(recorded))) count.asRecorded++;
      });
    }
  });
}
