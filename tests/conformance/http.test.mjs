// The recorded HTTP cases, with the reference application's actions in Node.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIFFERENCES } from './differences.mjs';
import { CASES, replayHttpCases } from './http_cases.mjs';

const GROUPS = [...new Set(CASES.map((each) => each.id.split('.')[0]))];

test('every difference names a case that is replayed', () => {
  const known = new Set(CASES.map((each) => each.id));
  assert.deepEqual(Object.keys(DIFFERENCES).filter((id) => !known.has(id)), []);
});

replayHttpCases('recorded cases', GROUPS);
