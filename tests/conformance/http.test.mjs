// The recorded HTTP cases of the groups that need no action of an application, against two gateways. One test a case.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REFERENCE_APP, Suite } from '../support/suite.mjs';
import { DIFFERENCES } from './differences.mjs';
import { Replayer, comparable, readCases } from './replayer.mjs';

// In the order of the file, which the cases rely on. The groups http and session need the fixture actions.
const GROUPS = ['empty', 'seed', 'find', 'where', 'populate', 'create', 'update', 'destroy', 'assoc', 'thing', 'doc', 'shortcut'];

const groupOf = (each) => each.id.split('.')[0];
const cases = readCases(fileURLToPath(new URL('cases/sails-http.jsonl', import.meta.url)));
const counts = new Map(GROUPS.map((group) => [group, { passed: 0, asRecorded: 0, cases: 0 }]));

let suite;
let replayer;
before(async () => {
  suite = await Suite.start({ app: REFERENCE_APP, gateways: 2, sessions: 2, pubsubs: 2, logics: 2 });
  replayer = new Replayer(suite.urls);
});
after(async () => {
  replayer?.close();
  await suite?.stop();
  for (const [group, { passed, asRecorded, cases: all }] of counts) {
    console.log(`${group.padEnd(9)} ${passed}/${all} as expected, ${asRecorded} of them as recorded`);
  }
});

test('every difference names a case that is replayed', () => {
  const known = new Set(cases.filter((each) => counts.has(groupOf(each))).map((each) => each.id));
  assert.deepEqual(Object.keys(DIFFERENCES).filter((id) => !known.has(id)), []);
});

describe('recorded cases', { concurrency: 1 }, () => {
  for (const recorded of cases.filter((each) => counts.has(groupOf(each)))) {
    const count = counts.get(groupOf(recorded));
    count.cases++;
    const difference = DIFFERENCES[recorded.id];
    const title = `${recorded.id} ${recorded.method} ${recorded.path}`;
    test(difference ? `${title} (differs: ${difference.why})` : title, async () => {
      const expected = difference ? difference.of(recorded) : recorded;
      const got = comparable(recorded, await replayer.answer(expected));
      assert.equal(got, comparable(recorded, expected));
      count.passed++;
      if (got === comparable(recorded, recorded)) count.asRecorded++;
    });
  }
});
