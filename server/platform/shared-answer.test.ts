import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedAnswer } from './shared-answer.ts';
import { within } from './within.ts';

test('all who ask while an answer is made, and for a while after, get that one', async () => {
  let nowMs = 0;
  const made: Array<(answer: number) => void> = [];
  const make = () => new Promise<number>((resolve) => made.push(resolve));
  const ask = sharedAnswer(250, make, () => nowMs);
  const asked = [ask(), ask()];
  nowMs = 10_000;
  asked.push(ask());
  made[0]!(1);
  assert.deepEqual(await Promise.all(asked), [1, 1, 1]);
  nowMs += 249;
  assert.equal(await ask(), 1);
  assert.equal(made.length, 1);
  nowMs += 1;
  const next = ask();
  made[1]!(2);
  assert.equal(await next, 2);
});

test('a failure is told to those who wait and is not kept', async () => {
  let fails = true;
  const ask = sharedAnswer(250, async () => {
    if (fails) throw new Error('not now');
    return 'well';
  });
  await assert.rejects(ask(), /not now/);
  fails = false;
  assert.equal(await ask(), 'well');
});

test('what never ends is given up at its deadline', async () => {
  await assert.rejects(within(20, new Promise(() => {})), /no answer within 20 ms/);
  assert.equal(await within(20, Promise.resolve('in time')), 'in time');
});
