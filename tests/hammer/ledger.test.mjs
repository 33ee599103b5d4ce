// The hammer's own scales.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from './ledger.mjs';

function weigh(numbers, end) {
  const ledger = new Ledger();
  for (const n of numbers) n === 'restart' ? ledger.restart() : ledger.take(n);
  ledger.restart(end);
  return [ledger.lost, ledger.doubled, ledger.outOfOrder];
}

test('a whole stream is a whole stream, wherever it begins', () => {
  assert.deepEqual(weigh([1, 2, 3], 3), [0, 0, 0]);
  assert.deepEqual(weigh([7, 8, 9], 9), [0, 0, 0]);
});
test('a hole is a loss, at the end too', () => {
  assert.deepEqual(weigh([1, 3], 3), [1, 0, 0]);
  assert.deepEqual(weigh([1, 2], 4), [2, 0, 0]);
});
test('what comes again is doubled, what comes late out of order', () => {
  assert.deepEqual(weigh([1, 2, 2, 3], 3), [0, 1, 0]);
  assert.deepEqual(weigh([1, 3, 2, 4], 4), [0, 0, 1]);
});
test('a client that begins anew has lost nothing that it was not told of', () => {
  assert.deepEqual(weigh([1, 2, 'restart', 9, 10], 10), [0, 0, 0]);
  assert.deepEqual(weigh([1, 3, 'restart', 9, 11], 11), [2, 0, 0]);
});
