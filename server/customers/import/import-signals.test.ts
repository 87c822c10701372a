import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeImportSignals } from './import-signals.ts';

test('who watches an import hears of that one, the workers of work, and nobody of noise', () => {
  const signals = makeImportSignals();
  const heard: string[] = [];
  const leave = signals.subscribe('a', () => heard.push('a'));
  signals.subscribe('b', () => heard.push('b'));
  signals.onWork(() => heard.push('work'));
  signals.received(JSON.stringify({ import: 'a' }));
  signals.received(JSON.stringify({ import: 'b', work: true }));
  for (const noise of ['', 'null', '{}', '{"import":7}', '[1]', 'x']) signals.received(noise);
  assert.deepEqual(heard.splice(0), ['a', 'b', 'work']);
  signals.lookAgain();
  assert.deepEqual(heard.splice(0).sort(), ['a', 'b', 'work']);
  leave();
  signals.received(JSON.stringify({ import: 'a' }));
  assert.deepEqual(heard, []);
});
