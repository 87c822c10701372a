import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanupsOfTest } from '../../../test/support/cleanups.ts';
import { silentLog } from '../../../test/support/records.ts';
import { until } from '../../../test/support/until.ts';
import { newId } from '../../platform/clock.ts';
import { leaseMs, lookEveryMs } from './import-limits.ts';
import { startImportWorker } from './import-worker.ts';
import { removeOldImports } from './imports-store.ts';
import { csv, importRig, XENON } from './test-imports.ts';

const slackMs = 20_000;

test('a worker takes what waits when it is woken, and what a dead one left by looking', async (t) => {
  const cleanups = cleanupsOfTest(t);
  const rig = await importRig(cleanups);
  const company = await rig.company();
  const worker = startImportWorker({ pool: rig.pool, newId, log: silentLog, name: 'w' });
  cleanups.after(() => worker.stop());
  const first = await company.send(csv([XENON]));
  worker.wake();
  const ended = async (id: string) => (await company.state(id)).status === 'done';
  await until(() => ended(first.id));
  await worker.stop();

  const second = await company.send(csv([XENON.with(3, '64000')]));
  const dead = (await rig.claim())!;
  assert.equal(dead.id, second.id);
  // Nobody says anything of it.
  const next = startImportWorker({ pool: rig.pool, newId, log: silentLog, name: 'x' });
  cleanups.after(() => next.stop());
  await until(() => ended(second.id), leaseMs + lookEveryMs + slackMs);
  assert.equal((await company.customers())[0].zip, '64000');
});

test('uploads that broke off, old dry runs and the rows of old imports are removed', async (t) => {
  const rig = await importRig(cleanupsOfTest(t));
  const company = await rig.company();
  const bad = csv([['MALO']]);
  const kept = await company.importFile(bad);
  const dry = await company.importFile(bad, { dryRun: true });
  await rig.admin.query(
    `insert into customer_imports (tenant_id, id, file_name, dry_run, strip_company_suffix)
     values ($1, $2, 'a.csv', false, false)`,
    [company.tenantId, newId()],
  );
  const left = async () =>
    (
      await rig.admin.query(
        `select (select count(*)::int from customer_imports) as imports,
                (select count(*)::int from customer_import_rows) as told`,
      )
    ).rows[0];
  await removeOldImports(rig.pool);
  assert.deepEqual(await left(), { imports: 3, told: 2 });
  await rig.admin.query(`update customer_imports set created_at = created_at - interval '2 days',
                                finished_at = finished_at - interval '31 days'`);
  await removeOldImports(rig.pool);
  assert.deepEqual(await left(), { imports: 1, told: 0 });
  assert.equal((await company.state(kept.id)).rejected, 1);
  assert.equal(await company.state(dry.id), undefined);
});
