import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { testClient, testPool } from '../../../test/support/records.ts';
import { until } from '../../../test/support/until.ts';
import { newId } from '../../platform/clock.ts';
import { inTransaction } from '../../platform/postgres/database.ts';
import { attemptsMax, batchRows, importsAtOnceMax, openImportsMax } from './import-limits.ts';
import { claimImport, type HeldImport, keepLease } from './import-queue.ts';
import {
  csv,
  type ImportingCompany,
  type ImportRig,
  importRig,
  publicSale,
  XENON,
} from './test-imports.ts';
import { writeBatch } from './write-batch.ts';

const many = (count: number) => csv(Array.from({ length: count }, (_, i) => publicSale(`N ${i}`)));

describe('who works at an import, and for how long', () => {
  const cleanups = cleanupsOfBlock();
  let rig: ImportRig;
  before(async () => {
    rig = await importRig(cleanups);
  });
  /** As if its worker had died some seconds ago. */
  const expire = (held: HeldImport) =>
    rig.admin.query(
      `update customer_imports set lease_until = now() - interval '1 ms' where id = $1`,
      [held.id],
    );
  const finish = async () => {
    for (;;) {
      const held = await rig.claim();
      if (!held) return;
      await rig.run(held);
    }
  };

  test('a company has one import at a time, though nobody else has any', async () => {
    const company = await rig.company();
    for (const name of ['UNO', 'DOS']) await company.send(csv([XENON.with(0, name)]));
    const first = (await rig.claim())!;
    assert.equal(await rig.claim(), undefined);
    await rig.run(first);
    const second = (await rig.claim())!;
    assert.equal(second.tenantId, company.tenantId);
    await rig.run(second);
    assert.equal((await company.customers())[0].legal_name, 'DOS');
  });

  test('the installation has a few at a time, of as many companies, however many ask', async () => {
    const companies = await Promise.all([1, 2, 3, 4].map(() => rig.company()));
    for (const company of companies) {
      await company.send(csv([XENON]));
      await company.send(csv([XENON.with(0, 'XENON DOS')]));
    }
    const pools = [1, 2, 3].map(() => testPool(cleanups, rig.database.app, 2));
    const claims: HeldImport[] = [];
    for (let round = 0; round < 5; round += 1) {
      const asked = await Promise.all(
        pools.flatMap((pool) => [claimImport(pool, 'a'), claimImport(pool, 'b')]),
      );
      claims.push(...asked.filter((one) => one !== undefined));
    }
    assert.equal(claims.length, importsAtOnceMax);
    assert.equal(new Set(claims.map(({ tenantId }) => tenantId)).size, importsAtOnceMax);
    for (const held of claims) assert.equal(await rig.run(held), 'done');
    await finish();
    for (const company of companies) assert.equal((await company.customers()).length, 1);
  });

  test('the company served longest ago comes first, however many another has sent', async () => {
    const [eager, patient] = [await rig.company(), await rig.company()];
    for (const name of ['A', 'B', 'C']) await eager.send(csv([XENON.with(0, name)]));
    await rig.run((await rig.claim())!);
    await patient.send(csv([XENON]));
    const next = (await rig.claim())!;
    assert.equal(next.tenantId, patient.tenantId);
    await rig.run(next);
    await finish();
  });

  test('a long import gives way when its turn is over and another company waits, and only then', async () => {
    const [long, short] = [await rig.company(), await rig.company()];
    const { id } = await long.send(many(batchRows * 2));
    await short.send(csv([XENON]));
    const held = (await rig.claim())!;
    assert.equal(held.id, id);
    assert.equal(await rig.run(held, { turnMs: 0 }), 'handed_back');
    assert.equal((await long.state(id)).processed, batchRows);
    const next = (await rig.claim())!;
    assert.equal(next.tenantId, short.tenantId);
    await rig.run(next);
    const last = (await rig.claim())!;
    assert.deepEqual([last.id, last.lastRow], [id, batchRows + 1]);
    assert.equal(await rig.run(last, { turnMs: 0 }), 'done');
    assert.equal((await long.customers()).length, batchRows * 2);
  });

  test('a worker that died is taken over behind the last whole batch, and one that wakes writes no more', async () => {
    const company = await rig.company();
    const { id } = await company.send(many(batchRows * 2 + 10));
    const dead = (await rig.claim())!;
    const { survey, batches } = await rig.read(dead);
    const write = (held: HeldImport, nth: number) =>
      writeBatch({ pool: rig.pool, newId }, held, survey, { rows: batches[nth]!, preview: null });
    assert.ok(await write(dead, 0));
    assert.equal(await rig.claim(), undefined);

    await expire(dead);
    // Thought dead, and not taken over yet: its lease is over all the same.
    assert.equal(await write(dead, 1), undefined);
    assert.equal(await keepLease(rig.pool, dead), false);
    const next = (await rig.claim())!;
    assert.deepEqual([next.id, next.turn, next.lastRow], [id, dead.turn + 1, batchRows + 1]);
    assert.equal(await write(dead, 1), undefined);
    assert.equal((await company.customers()).length, batchRows);
    assert.equal(await rig.run(next), 'done');

    const state = await company.state(id);
    const count = batchRows * 2 + 10;
    assert.deepEqual([state.created, state.processed, state.rows], [count, count, count]);
    assert.equal((await company.customers()).length, count);
    assert.deepEqual(await chunksLeft(id), 0);
  });

  test('what broke off in the middle of a batch left nothing of it', async () => {
    const company = await rig.company();
    const rows = Array.from({ length: batchRows - 1 }, (_, i) => publicSale(`N ${i}`));
    const { id } = await company.send(csv([...rows, ['MALO']]));
    const held = (await rig.claim())!;
    const { survey, batches } = await rig.read(held);
    const broken = {
      ...survey,
      reading: {
        ...survey.reading,
        // Asked for after the customers are written.
        get headings(): never {
          throw new Error('broke off');
        },
      },
    };
    const batch = { rows: batches[0]!, preview: null };
    await assert.rejects(writeBatch({ pool: rig.pool, newId }, held, broken, batch), /broke off/);
    const { processed } = await company.state(id);
    assert.deepEqual([(await company.customers()).length, processed], [0, 0]);
    await rig.run(held);
    assert.equal((await company.customers()).length, batchRows - 1);
  });

  test('a worker that is told to stop hands its import on at once, and nothing is lost or doubled', async () => {
    const company = await rig.company();
    const { id } = await company.send(many(batchRows * 3));
    const stopping = new AbortController();
    const running = rig.run((await rig.claim())!, { stopping: stopping.signal });
    const progress = async () => (await company.state(id)).processed;
    while ((await progress()) < batchRows) await new Promise(setImmediate);
    stopping.abort();
    assert.equal(await running, 'handed_back');
    const next = (await rig.claim())!;
    assert.equal(next.id, id);
    await rig.run(next);
    assert.equal((await company.customers()).length, batchRows * 3);
  });

  test('a file that ends its workers is tried some times and then given up', async () => {
    const company = await rig.company();
    const { id } = await company.send(csv([XENON]));
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const held = (await rig.claim())!;
      assert.equal(held.attempts, attempt);
      await expire(held);
    }
    assert.equal(await rig.run((await rig.claim())!), 'failed');
    const state = await company.state(id);
    assert.deepEqual([state.status, state.problem?.code], ['failed', 'import_gave_up']);
    assert.equal(await chunksLeft(id), 0);
  });

  test('the last attempt that is allowed still works', async () => {
    const company = await rig.company();
    await company.send(csv([XENON]));
    for (let attempt = 1; attempt < attemptsMax; attempt += 1) await expire((await rig.claim())!);
    const last = (await rig.claim())!;
    assert.equal(last.attempts, attemptsMax);
    assert.equal(await rig.run(last), 'done');
  });

  test('the same file again is the same import, unless it failed; for another company it is another', async () => {
    const [company, other] = [await rig.company(), await rig.company()];
    const first = await company.importFile(csv([XENON]));
    assert.deepEqual(await company.send(csv([XENON])), { id: first.id, repeated: true });
    const theirs = await other.send(csv([XENON]));
    assert.equal(theirs.repeated, false);
    await finish();
    const bad = csv([['A']], ['Nombre']);
    const failed = await company.importFile(bad);
    assert.equal(failed.status, 'failed');
    const again = await company.send(bad);
    assert.deepEqual([again.repeated, again.id === failed.id], [false, false]);
    await finish();
    assert.deepEqual(await unfinished(company), 0);
  });

  test('of the same file sent many times at once one import comes', async () => {
    const company = await rig.company();
    const sent = await Promise.all(
      Array.from({ length: openImportsMax }, () => company.send(csv([XENON]))),
    );
    assert.equal(new Set(sent.map(({ id }) => id)).size, 1);
    assert.equal(sent.filter(({ repeated }) => !repeated).length, 1);
    await finish();
  });

  test('a company may have so many open, and not one more, at the same moment neither', async () => {
    const company = await rig.company();
    const send = (nth: number) => company.send(csv([XENON.with(0, `X ${nth}`)]));
    for (let nth = 1; nth < openImportsMax; nth += 1) await send(nth);
    const gate = await testClient(cleanups, rig.database.admin);
    const lock = `(hashtext('customer_imports'), hashtext($1))`;
    await gate.query(`select pg_advisory_lock${lock}`, [company.tenantId]);
    const last = Promise.allSettled([send(openImportsMax), send(openImportsMax + 1)]);
    await until(async () => (await sessionsWaiting(rig.admin)) === 2);
    await gate.query(`select pg_advisory_unlock${lock}`, [company.tenantId]);
    const refused = (await last).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    assert.deepEqual(
      refused.map(({ status, code }) => [status, code]),
      [[429, 'too_many_imports']],
    );
    await rig.run((await rig.claim())!);
    await send(0);
    await finish();
  });

  test('a statement that names no company, or another one, sees and writes no import', async () => {
    const [company, other] = [await rig.company(), await rig.company()];
    const { id } = await company.send(csv([XENON, ['MALO']]));
    await rig.run((await rig.claim())!);
    const seen = (as: string | null) =>
      inTransaction(rig.pool, async (db) => {
        if (as !== null) await db.query(`select set_config('timbra.tenant', $1, true)`, [as]);
        const counts = await db.query(
          `select (select count(*)::int from customer_imports where id = $1) as imports,
                  (select count(*)::int from customer_import_rows where import_id = $1) as told`,
          [id],
        );
        const { rowCount } = await db.query('delete from customer_imports where id = $1', [id]);
        await db.query('savepoint before');
        const insert = `insert into customer_import_chunks values ($1, $2, 9, 'x')`;
        const wrote = await db.query(insert, [company.tenantId, id]).catch(() => undefined);
        await db.query('rollback to before');
        return [counts.rows[0].imports, counts.rows[0].told, rowCount, wrote?.rowCount ?? 0];
      });
    assert.deepEqual(await seen(null), [0, 0, 0, 0]);
    assert.deepEqual(await seen(other.tenantId), [0, 0, 0, 0]);
    assert.deepEqual(await seen(company.tenantId), [1, 1, 1, 0]);
  });

  async function chunksLeft(id: string): Promise<number> {
    const { rows } = await rig.admin.query(
      'select count(*)::int as n from customer_import_chunks where import_id = $1',
      [id],
    );
    return rows[0].n;
  }

  async function unfinished(company: ImportingCompany): Promise<number> {
    const { rows } = await rig.admin.query(
      `select count(*)::int as n from customer_imports
        where tenant_id = $1 and state not in ('done', 'failed')`,
      [company.tenantId],
    );
    return rows[0].n;
  }
});

async function sessionsWaiting(admin: pg.Pool): Promise<number> {
  const { rows } = await admin.query(
    `select count(*)::int as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0].n;
}
