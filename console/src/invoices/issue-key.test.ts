import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgetIssueKey, issueKey } from './issue-key.ts';

function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    length: 0,
    key: () => null,
    clear: () => kept.clear(),
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
}

test('a retry of the same content carries the same key', () => {
  const storage = memory();
  assert.equal(issueKey('a', storage, 0), issueKey('a', storage, 3_599_999));
});

test('a key is not reused once it is an hour old', () => {
  const storage = memory();
  assert.notEqual(issueKey('a', storage, 0), issueKey('a', storage, 3_600_000));
});

test('edited content carries another key', () => {
  const storage = memory();
  assert.notEqual(issueKey('a', storage, 0), issueKey('b', storage, 0));
});

test('the same content issued again on purpose carries another key', () => {
  const storage = memory();
  const first = issueKey('a', storage, 0);
  forgetIssueKey(storage);
  assert.notEqual(issueKey('a', storage, 0), first);
});
