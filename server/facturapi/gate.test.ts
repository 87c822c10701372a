import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { facturapiClient } from './facturapi-client.ts';
import { assertWithinSlot, NoSlotError, withinSlot } from './gate.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('a call outside of a slot is refused before anything is sent', async () => {
  const client = facturapiClient({ url: 'http://127.0.0.1:1/v2', connectionsMax: 1 });
  const ask = () => client.readInvoice('key', 'id', { timeoutMs: 1_000 });
  await assert.rejects(ask, NoSlotError);
  assert.equal((await withinSlot(ask)).kind, 'not_sent');
  await client.close();
});

test('a slot ends with its attempt: what that left running may not call any more', async () => {
  let leftOver = () => {};
  const left = new Promise<void>((resolve) => {
    leftOver = resolve;
  });
  let later: Promise<void> = Promise.resolve();
  await withinSlot(async () => {
    assertWithinSlot();
    later = left.then(assertWithinSlot);
  });
  leftOver();
  await assert.rejects(later, NoSlotError);
});

test('no other file of the server makes requests, opens a slot or makes a client', () => {
  const files = globSync('server/**/*.ts', { cwd: root }).filter(
    (file) => !/\.test\.ts$|\/conformance|\/test-[a-z-]+\.ts$/.test(file),
  );
  assert.ok(files.length > 80, `only ${files.length} files were read`);
  const rules: ReadonlyArray<readonly [RegExp, readonly string[]]> = [
    [/from 'undici'/, ['server/facturapi/facturapi-client.ts']],
    [/\bfetch\(/, []],
    [/from 'node:(http|https|http2|tls)'/, []],
    [/\bfacturapiClient\(/, ['server/compose.ts', 'server/facturapi/facturapi-client.ts']],
    [/\bwithinSlot\b/, ['server/facturapi/gate.ts', 'server/stamping/lane/run-attempt.ts']],
  ];
  for (const [pattern, allowed] of rules) {
    const found = files.filter((file) => pattern.test(readFileSync(join(root, file), 'utf8')));
    assert.deepEqual(found.sort(), [...allowed].sort(), String(pattern));
  }
});
