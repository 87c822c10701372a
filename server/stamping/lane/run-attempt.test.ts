import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptLog } from '../../../test/support/records.ts';
import { claimedCall } from '../../../test/support/scripted-facturapi.ts';
import { crashesMax } from '../deadlines.ts';
import { runAttempt } from './run-attempt.ts';

const doubt = { code: 'invoice_stamping_failed', message: 'tal vez' };

function crashing() {
  const { log } = keptLog();
  const perform = () => Promise.reject(new Error('a fault of ours'));
  return { perform, crashes: new Map<number, number>(), log };
}

test('a crash forgets no doubt: what a person must read is still there for the next attempt', async () => {
  const { settlement } = await runAttempt(claimedCall({ doubt }), crashing());
  assert.deepEqual(settlement.problem, { code: 'crashed', doubt });
  assert.equal(settlement.outcomeUnknown, true);
});

test('a crashed attempt holds its slot as long as its claim promised', async () => {
  const { settlement } = await runAttempt(claimedCall({ promisedMs: 9_000 }), crashing());
  assert.equal(settlement.slotMs, 9_000);
  assert.ok(settlement.delayMs! >= 9_000);
});

test('so many crashes of one call hold it for a person, and one less does not', async () => {
  const o = crashing();
  const states = [];
  for (let i = 0; i < crashesMax; i += 1) {
    states.push((await runAttempt(claimedCall({ attempts: i + 1 }), o)).settlement.state);
  }
  assert.deepEqual(states, [...Array(crashesMax - 1).fill('delayed'), 'dead']);
});
