import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Ajv } from 'ajv';
import { invoiceInput } from '../../../sandbox/support/test-sandbox.ts';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { isAnyoneWaiting, testClient } from '../../../test/support/records.ts';
import { answered, refused } from '../../../test/support/scripted-facturapi.ts';
import { until } from '../../../test/support/until.ts';
import { InvoiceSchema } from '../../invoices/invoice-schemas.ts';
import { toInvoice } from '../../invoices/invoices-store.ts';
import { priorities } from '../queue/priorities.ts';
import { startHistoryImport } from './start-reconciliations-store.ts';
import { ago, type Company, minuteMs, reconciliationRig } from './test-reconciliation.ts';

const schema = new Ajv({ strict: false, validateFormats: false }).compile(InvoiceSchema);
const rowsOf = (company: Company) =>
  company.all('select * from invoices where tenant_id = $1 order by id desc');

async function stampMany(company: Company, count: number, change: (nth: number) => object) {
  for (let nth = 0; nth < count; nth += 1) await company.stampThere({ ...change(nth) });
}

describe('taking over what FacturAPI has', () => {
  const cleanups = cleanupsOfBlock();
  let rig: Awaited<ReturnType<typeof reconciliationRig>>;
  before(async () => {
    rig = await reconciliationRig(cleanups);
  });

  test('every kind of invoice comes over once, and reads as one of ours', async () => {
    const company = await rig.company();
    const credit = await company.stampThere({ payment_method: 'PPD', payment_form: '99' });
    const canceled = await company.stampThere();
    await company.cancelThere(canceled.id);
    const related = { uuid: credit.uuid, amount: 100, installment: 1, last_balance: credit.total };
    const taxes = [{ base: 86.206897, type: 'IVA', rate: 0.16 }];
    const { status } = await rig.sandbox.call('/invoices', {
      key: company.key,
      body: {
        type: 'P',
        customer: invoiceInput().customer,
        complements: [
          {
            type: 'pago',
            data: [{ payment_form: '03', related_documents: [{ ...related, taxes }] }],
          },
        ],
      },
    });
    assert.equal(status, 200);
    const draft = invoiceInput({ status: 'draft' });
    await rig.sandbox.call('/invoices', { key: company.key, body: draft });
    await company.startHistory();
    await company.performAll('list_invoices');
    const rows = await rowsOf(company);
    assert.deepEqual(rows.map((row) => [row.type, row.status]).sort(), [
      ['I', 'canceled'],
      ['I', 'valid'],
      ['P', 'valid'],
    ]);
    for (const row of rows) {
      assert.ok(row.imported_at && row.stamped_at && row.stamp.sat_cert_number);
      const invoice = JSON.parse(JSON.stringify(toInvoice(row)));
      assert.ok(schema(invoice), JSON.stringify(schema.errors));
    }
    const income = rows.find((row) => row.facturapi_id === credit.id)!;
    assert.deepEqual([Number(income.total), income.document.payment_method], [credit.total, 'PPD']);
    assert.equal(income.totals.total, credit.total);
    assert.deepEqual(await company.differences(), []);
    const run = await company.run('history');
    assert.deepEqual([run.state, run.imported, run.seen, run.total], ['done', 3, 4, 4]);
    const { next_folio } = await company.one(
      `select next_folio from series where tenant_id = $1 and series = 'F'`,
    );
    assert.equal(next_folio, Math.max(...rows.map((row) => row.folio_number)) + 1);

    assert.equal(await company.startHistory(), 'started');
    await company.performAll('list_invoices');
    assert.equal((await rowsOf(company)).length, 3);
    assert.equal((await company.run('history')).imported, 0);
  });

  test('more than a page, and more than a page of one second: all of it, newest first', async () => {
    const company = await rig.company();
    const crowded = ago(60 * minuteMs);
    await stampMany(company, 215, () => ({ date: crowded }));
    await stampMany(company, 60, (nth) => ({ date: ago((70 + nth) * minuteMs) }));
    await stampMany(company, 30, (nth) => ({ date: ago((10 + nth) * minuteMs) }));
    await company.startHistory();
    const pages: number[][] = [];
    for (;;) {
      const call = await company.claim('list_invoices');
      if (!call) break;
      assert.equal(call.priority, priorities.history);
      await company.settle(call, await company.perform(call));
      const { seen, total } = await company.run('history');
      pages.push([seen, total]);
    }
    const rows = await rowsOf(company);
    assert.equal(rows.length, 305);
    assert.equal(new Set(rows.map((row) => row.facturapi_id)).size, 305);
    assert.ok(rows.every((row, i) => i === 0 || row.date <= rows[i - 1]!.date));
    assert.ok(pages.every(([seen, total], i) => total === 305 && seen! > (pages[i - 1]?.[0] ?? 0)));
    assert.equal(pages.at(-1)![0], 305);
    assert.equal((await company.run('history')).imported, 305);
  });

  test('a stamper that is killed in the middle of a page costs that page, and doubles none', async () => {
    const company = await rig.company();
    await stampMany(company, 120, (nth) => ({ date: ago((10 + nth) * minuteMs) }));
    await company.startHistory();
    const first = (await company.claim('list_invoices'))!;
    await company.settle(first, await company.perform(first));
    assert.equal((await rowsOf(company)).length, 100);

    const second = (await company.claim('list_invoices'))!;
    const lost = await company.perform(second);
    await company.one(`update stamping_calls set state = 'queued', claimed_by = null
                        where tenant_id = $1 and state = 'calling' returning 1`);
    const again = (await company.claim('list_invoices'))!;
    assert.equal(again.id, second.id);
    assert.equal(await company.settle(second, lost), false);
    assert.equal((await rowsOf(company)).length, 100);
    assert.equal(await company.settle(again, await company.perform(again)), true);
    assert.equal((await rowsOf(company)).length, 120);
    assert.equal((await company.run('history')).state, 'done');
  });

  test('what cannot be written leaves neither rows nor a moved cursor', async () => {
    const company = await rig.company();
    await company.stampThere();
    await company.startHistory();
    const earlier = await company.run('history');
    const call = (await company.claim('list_invoices'))!;
    const performed = await company.perform(call);
    const { alongside } = performed.settlement;
    const broken = async (db: never) => {
      await alongside!(db);
      throw new Error('the connection broke');
    };
    const settlement = { ...performed.settlement, alongside: broken as never };
    await assert.rejects(company.settle(call, { ...performed, settlement }));
    assert.deepEqual([await rowsOf(company), await company.run('history')], [[], earlier]);
    assert.equal(await company.settle(call, performed), true);
    assert.equal((await rowsOf(company)).length, 1);
  });

  test('it runs once at a time, however often it is asked for, and at the same moment too', async () => {
    const company = await rig.company();
    const first = await testClient(cleanups, rig.access.app);
    await first.query('begin');
    const o = { by: null as never, lane: company.lane, now: new Date() };
    assert.equal(await startHistoryImport(first as never, company.tenantId, o), 'started');
    const second = company.startHistory();
    await until(() => isAnyoneWaiting(rig.admin));
    await first.query('commit');
    assert.equal(await second, 'running');
    assert.equal(await company.startHistory(), 'running');
    await company.stampThere();
    await company.performAll('list_invoices');
    const run = await company.run('history');
    assert.deepEqual([run.state, run.imported, run.runs], ['done', 1, 1]);
  });

  test('after a page that could not be had it goes on from there, by itself', async () => {
    const company = await rig.company();
    await stampMany(company, 120, (nth) => ({ date: ago((10 + nth) * minuteMs) }));
    await company.startHistory();
    const first = (await company.claim('list_invoices'))!;
    await company.settle(first, await company.perform(first));
    const cursor = (await company.run('history')).before_at;
    await company.one(
      `update stamping_calls set state = 'dead', last_problem = '{"code": "http_500"}'
        where tenant_id = $1 and state = 'queued' returning 1`,
    );
    const told = (await company.startDue()).filter((one) => one.task === 'history');
    assert.deepEqual(
      told.map((one) => one.started),
      [false],
    );
    const failed = await company.run('history');
    assert.deepEqual([failed.state, failed.problem], ['failed', { code: 'http_500' }]);
    assert.deepEqual(
      (await company.startDue()).filter((one) => one.task === 'history'),
      [],
    );
    await company.one(
      `update reconciliations set next_at = now() where tenant_id = $1 and task = 'history' returning 1`,
    );
    await company.startDue();
    const resumed = await company.run('history');
    assert.deepEqual(
      [resumed.state, resumed.before_at, resumed.imported],
      ['running', cursor, 100],
    );
    await company.performAll('list_invoices');
    const done = await company.run('history');
    assert.deepEqual([done.state, done.imported, done.seen], ['done', 120, 120]);
  });

  test('a page that FacturAPI refuses fails the run; one that does not come is asked for again', async () => {
    const company = await rig.company();
    await company.startHistory();
    const away = (await company.claim('list_invoices'))!;
    const unavailable = async () => refused;
    const later = await company.perform(away, {
      facturapi: { listInvoices: unavailable } as never,
    });
    assert.equal(later.settlement.state, 'delayed');
    await company.settle(away, later);
    await company.one(
      `update stamping_calls set state = 'queued' where tenant_id = $1 returning 1`,
    );
    const call = (await company.claim('list_invoices'))!;
    const invalid = async () => answered(400, { code: 'invalid_date', message: 'no' });
    const performed = await company.perform(call, {
      facturapi: { listInvoices: invalid } as never,
    });
    await company.settle(call, performed);
    const run = await company.run('history');
    assert.deepEqual([run.state, run.problem.code], ['failed', 'invalid_date']);
  });

  test('without a key nothing is asked, and the run says why it failed', async () => {
    const company = await rig.company();
    await company.startHistory();
    const call = (await company.claim('list_invoices'))!;
    await company.settle(call, await company.perform(call, { keyOf: () => undefined }));
    const run = await company.run('history');
    assert.deepEqual([run.state, run.problem.code], ['failed', 'facturapi_key_missing']);
  });

  test('what one account is to two companies is told, and poisons no page', async () => {
    const [one, other] = [await rig.company(), await rig.company()];
    const theirs = await one.stampThere();
    await one.ours(theirs);
    await other.startHistory();
    const call = (await other.claim('list_invoices'))!;
    await other.settle(call, await other.perform(call, { keyOf: () => one.key }));
    const [difference] = await other.differences();
    assert.deepEqual([difference.kind, difference.detail.reason], ['data_differs', 'uuid_taken']);
    assert.deepEqual(await rowsOf(other), []);
    assert.equal((await other.run('history')).state, 'done');
  });
});
