import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import {
  makeTenant,
  queueCall,
  readCall,
  testClient,
  testPool,
} from '../../test/support/records.ts';
import { until } from '../../test/support/until.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { installationLane } from './queue/lanes.ts';
import { priorities } from './queue/priorities.ts';
import { requestFile } from './stamping.ts';

describe('asking for a file, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let app: pg.Pool;
  let tenantId: TenantId;
  const woken: string[] = [];
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    app = testPool(cleanups, database.app);
    tenantId = await makeTenant(admin);
    const listener = await testClient(cleanups, database.stamper);
    listener.on('notification', ({ payload }) => woken.push(payload!));
    await listener.query('listen timbra_calls');
  });

  const xmlLater = (invoiceStatus = 'valid') =>
    queueCall(admin, {
      tenantId,
      lane: installationLane,
      kind: 'fetch_xml',
      priority: priorities.housekeeping,
      invoiceStatus,
      requestId: 'of the stamp',
    });
  const callsOf = async (invoiceId: string) =>
    (
      await admin.query('select * from stamping_calls where invoice_id = $1 order by id', [
        invoiceId,
      ])
    ).rows;

  test('a file that somebody waits for goes before all else, and wakes the stamper', async () => {
    const { invoiceId } = await xmlLater();
    woken.length = 0;
    await requestFile(app, installationLane, tenantId, {
      invoiceId,
      kind: 'pdf',
      requestId: 'request-1',
    });
    const [, pdf] = await callsOf(invoiceId);
    assert.deepEqual(
      [pdf.kind, pdf.state, pdf.priority, pdf.request_id],
      ['fetch_pdf', 'queued', priorities.read, 'request-1'],
    );
    await until(() => woken.includes(String(installationLane)));
  });

  test('one that was asked for already is promoted, not doubled', async () => {
    const { callId, invoiceId } = await xmlLater();
    await requestFile(app, installationLane, tenantId, {
      invoiceId,
      kind: 'xml',
      requestId: 'request-2',
    });
    assert.equal((await callsOf(invoiceId)).length, 1);
    const row = await readCall(admin, callId);
    assert.deepEqual([row.priority, row.request_id], [priorities.read, 'request-2']);
  });

  test('a hundred people who ask at once make one call', async () => {
    const { invoiceId } = await xmlLater();
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        requestFile(app, installationLane, tenantId, {
          invoiceId,
          kind: 'pdf',
          requestId: `request-${i}`,
        }),
      ),
    );
    assert.equal((await callsOf(invoiceId)).length, 2);
  });

  test('one that was given up is asked for afresh', async () => {
    const { callId, invoiceId } = await xmlLater();
    await admin.query(`update stamping_calls set state = 'dead', attempts = 20 where id = $1`, [
      callId,
    ]);
    await requestFile(app, installationLane, tenantId, {
      invoiceId,
      kind: 'xml',
      requestId: 'request-3',
    });
    const [dead, fresh] = await callsOf(invoiceId);
    assert.deepEqual([dead.state, fresh.state, fresh.attempts], ['dead', 'queued', 0]);
  });

  test('one that waits for its next attempt does not make a person wait with it', async () => {
    const { callId, invoiceId } = await xmlLater();
    await admin.query(
      `update stamping_calls set state = 'delayed', run_at = now() + '1 min' where id = $1`,
      [callId],
    );
    await requestFile(app, installationLane, tenantId, {
      invoiceId,
      kind: 'xml',
      requestId: 'request-4',
    });
    assert.equal((await readCall(admin, callId)).state, 'queued');
  });
});
