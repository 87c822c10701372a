import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Cleanups } from '../../test/support/cleanups.ts';
import { keptLog } from '../../test/support/records.ts';
import { until } from '../../test/support/until.ts';
import { type Child, type ChildOptions, keepAlive } from './children.ts';

const readyAtOnce = "process.send({ type: 'ready' }); setInterval(() => {}, 1e6);";
const deafTo = "process.on('SIGTERM', () => {}); process.on('message', () => {});";

describe('a stop is final', () => {
  test('for a child that says it is ready after it was told to stop', async (t) => {
    const child = kept(t, {
      source: `process.on('SIGTERM', () => {});
        process.on('message', () => process.send({ type: 'ready' }, () => process.exit(0)));
        process.send({ type: 'failed', message: 'begun', expected: true });`,
    });
    await until(() => child.heard.includes('failed'));
    await child.stop(5_000);
    assert.deepEqual(child.heard, ['failed'], 'it does not count as ready');
    assert.equal(child.starts(), 1);
    assert.equal(child.state, 'stopping');
  });

  test('for a child that does not listen: it is killed and not started again', async (t) => {
    const child = kept(t, { source: deafTo + readyAtOnce });
    await until(() => child.state === 'ready');
    const { pid } = child;
    await child.stop(50);
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    assert.equal(child.starts(), 1);
  });

  test('for a child that waits to be started again, and when it is asked for twice', async (t) => {
    const child = kept(t, { source: 'process.exit(3);' });
    await until(() => child.state === 'restarting');
    await Promise.all([child.stop(5_000), child.stop(5_000)]);
    const starts = child.starts();
    assert.equal(child.pid, 0);
    await child.stop(5_000);
    assert.equal(child.starts(), starts);
  });
});

describe('a system without a process to give', () => {
  for (const kind of ['plain', 'cluster'] as const) {
    test(`a ${kind} child that cannot be spawned is tried until it can`, async (t) => {
      const program = process.execPath;
      t.after(() => {
        process.execPath = program;
      });
      process.execPath = '/nowhere/node';
      const child = kept(t, { kind, source: readyAtOnce });
      await until(() => child.restarts >= 2);
      process.execPath = program;
      await until(() => child.state === 'ready');
      // It does not know what a stop is.
      process.kill(child.pid, 'SIGSTOP');
      await child.stop(50);
    });
  }

  test('a fork that throws ends neither the caller nor the supervisor', async (t) => {
    const child = kept(t, { source: readyAtOnce, environment: { NAME: 'not\0possible' } });
    await until(() => child.restarts >= 2);
    await child.stop(5_000);
    assert.equal(child.pid, 0);
  });
});

function kept(
  t: Cleanups,
  o: Partial<ChildOptions> & { readonly source: string },
): Child & { heard: string[]; starts: () => number } {
  const folder = mkdtempSync(join(tmpdir(), 'timbra-child-'));
  const program = join(folder, 'child.cjs');
  writeFileSync(program, o.source);
  const heard: string[] = [];
  let starts = 0;
  const child = keepAlive({
    id: 'child',
    kind: o.kind ?? 'plain',
    program,
    environment: o.environment ?? {},
    log: keptLog().log,
    onStart: () => {
      starts += 1;
    },
    onMessage: (_from, message) => heard.push(message.type),
    onReady: () => heard.push('ready'),
    onExit: () => {},
  });
  t.after(async () => {
    await child.stop(0);
    rmSync(folder, { recursive: true, force: true });
  });
  return Object.create(child, {
    heard: { value: heard },
    starts: { value: () => starts },
  });
}
