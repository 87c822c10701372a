import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { testDatabase } from '../../../test/support/database.ts';
import {
  makeTenant,
  queueCall,
  readInvoiceRow,
  testClient,
  testPool,
} from '../../../test/support/records.ts';
import { until } from '../../../test/support/until.ts';
import { answerMsMax, removedMax, removeOldAnswers } from '../old-calls.ts';
import { keptAnswerMsMax } from '../stamping.ts';
import { readLateReport, tellLate, toldMax } from './late-invoices.ts';

describe('what the leader does about once a minute, as the stamper role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let stamper: pg.Pool;
  let tenantId: string;
  const heard: string[] = [];
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    stamper = testPool(cleanups, database.stamper, 8);
    const listener = await testClient(cleanups, database.app);
    listener.on('notification', ({ payload }) => heard.push(payload!));
    await listener.query('listen timbra_invoices');
  });
  beforeEach(async () => {
    await admin.query('truncate invoices cascade');
    tenantId = await makeTenant(admin);
    heard.length = 0;
  });

  const invoice = async (hours: number, status = 'queued') => {
    const { invoiceId } = await queueCall(admin, { tenantId, lane: 0 });
    await admin.query(
      `update invoices set date = now() - $2 * interval '1 hour', status = $3 where id = $1`,
      [invoiceId, hours, status],
    );
    return invoiceId;
  };

  test('people are told once of what has waited 48 hours', async () => {
    const id = await invoice(48.01, 'pending');
    assert.equal(await tellLate(stamper), 1);
    assert.ok((await readInvoiceRow(admin, id)).late_told_at);
    await until(() => heard.length === 1);
    assert.deepEqual(JSON.parse(heard[0]!), {
      tenant: tenantId,
      invoice: id,
      kind: 'late',
      status: 'pending',
    });
    assert.equal(await tellLate(stamper), 0);
  });

  test('not of what is younger, nor of what nobody waits for', async () => {
    await invoice(47.99);
    for (const status of ['valid', 'rejected', 'review', 'expired', 'canceled']) {
      await invoice(60, status);
    }
    assert.equal(await tellLate(stamper), 0);
  });

  test('after an outage of days they are told in rounds, and by two leaders none twice', async () => {
    await admin.query(
      `insert into invoices (tenant_id, id, type, status, series, folio_number, document, currency,
                             totals, total, date)
       select $1, gen_random_uuid(), 'I', 'queued', 'X', n, '{}', 'MXN', '{}', 1,
              now() - interval '50 hours' from generate_series(1, $2::int) n`,
      [tenantId, toldMax + 1],
    );
    const told = await Promise.all([tellLate(stamper), tellLate(stamper)]);
    const rest = await tellLate(stamper);
    assert.ok(Math.max(...told) <= toldMax);
    assert.equal(told[0] + told[1] + rest, toldMax + 1);
    await until(() => heard.length === toldMax + 1);
    assert.equal(new Set(heard).size, toldMax + 1);
  });

  test('the report counts the late ones, and knows the age of the oldest', async () => {
    assert.deepEqual(await readLateReport(stamper), { late: 0, oldest_age_s: null });
    await invoice(1);
    await invoice(400, 'valid');
    const young = await readLateReport(stamper);
    assert.deepEqual([young.late, Math.round(young.oldest_age_s! / 3600)], [0, 1]);
    await invoice(49);
    const old = await readLateReport(stamper);
    assert.deepEqual([old.late, Math.round(old.oldest_age_s! / 3600)], [1, 49]);
  });

  test('answers whose time is over are removed, some at each call, the others stay', async () => {
    await admin.query(
      `insert into stamping_answers (call_id, tenant_id, status, created_at)
       select n, $1, 200, now() - case when n <= $2 + 1 then $3 + 1000 else $3 - 60000 end
                                  * interval '1 ms' from generate_series(1, $2 + 11) n`,
      [tenantId, removedMax, answerMsMax],
    );
    await admin.query(
      `insert into facturapi_answers_kept (catalog, q, data, kept_at)
       values ('products', 'old', '[]', now() - ($1 + 1000) * interval '1 ms'),
              ('products', 'new', '[]', now() - ($1 - 60000) * interval '1 ms')`,
      [keptAnswerMsMax],
    );
    assert.equal(await removeOldAnswers(stamper), removedMax + 1);
    assert.equal(await removeOldAnswers(stamper), 1);
    assert.equal(await removeOldAnswers(stamper), 0);
    const { rows } = await admin.query('select q from facturapi_answers_kept');
    assert.deepEqual(rows, [{ q: 'new' }]);
    const left = await admin.query('select count(*)::int as n from stamping_answers');
    assert.equal(left.rows[0].n, 10);
  });
});
