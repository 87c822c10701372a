import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entityTag, isKnown, versionsOf } from './entity-tags.ts';

test('an If-Match lets the versions pass that it names', () => {
  assert.deepEqual(versionsOf(entityTag(7)), [7]);
  assert.deepEqual(versionsOf('"7", "8" ,"12"'), [7, 8, 12]);
});

test('without an If-Match, and with an asterisk, every version passes', () => {
  assert.equal(versionsOf(undefined), undefined);
  assert.equal(versionsOf(' * '), undefined);
});

test('what is no strong tag of ours lets none pass, instead of all', () => {
  for (const text of ['', '7', 'W/"7"', '"seven"', '"7', '"-1"', '"1e3"', `"${'9'.repeat(16)}"`]) {
    assert.deepEqual(versionsOf(text), [], text);
  }
  assert.deepEqual(versionsOf('W/"7", "8"'), [8]);
});

test('a read is known by its tag, weak or strong, among others', () => {
  assert.ok(isKnown('"7"', '"7"'));
  assert.ok(isKnown('W/"7"', '"7"'));
  assert.ok(isKnown('"1", "7"', '"7"'));
  assert.ok(isKnown('*', '"7"'));
  for (const text of [undefined, '', '7', '"17"', '"7', '"8"']) {
    assert.ok(!isKnown(text, '"7"'), String(text));
  }
});
