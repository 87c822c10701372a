import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childLink } from './child-link.ts';

test('a stop that comes before anybody listens for it is not lost', (t) => {
  const link = childLink(() => {});
  t.after(() => {
    process.removeAllListeners('message');
    process.removeAllListeners('disconnect');
  });
  const heard: string[] = [];
  link.onStop(() => heard.push('early'));
  process.emit('message', { type: 'stop' }, undefined);
  assert.deepEqual(heard, ['early']);
  link.onStop(() => heard.push('late'));
  assert.deepEqual(heard, ['early', 'late']);
});
