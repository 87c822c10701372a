import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { testClient } from '../../../test/support/records.ts';
import { answered } from '../../../test/support/scripted-facturapi.ts';
import { until } from '../../../test/support/until.ts';
import { priorities } from '../queue/priorities.ts';
import { ago, minuteMs, reconciliationRig } from './test-reconciliation.ts';

describe('the recent invoices, held against FacturAPI', () => {
  const cleanups = cleanupsOfBlock();
  let rig: Awaited<ReturnType<typeof reconciliationRig>>;
  before(async () => {
    rig = await reconciliationRig(cleanups);
  });
  const withKey = () => ({ external_id: randomUUID() });

  test('what agrees leaves no trace but the end of the run', async () => {
    const company = await rig.company();
    const id = await company.ours(await company.stampThere(withKey()));
    const before = await company.invoice(id);
    const run = await company.reconcile();
    assert.deepEqual([run.state, run.seen, run.total, run.repaired], ['idle', 1, 1, 0]);
    assert.deepEqual(await company.invoice(id), before);
    assert.deepEqual(await company.differences(), []);
    assert.deepEqual(
      await company.all('select * from reconciliation_strays where tenant_id = $1'),
      [],
    );
    assert.equal((await company.calls('read_invoice')).length, 0);
  });

  for (const status of ['rejected', 'expired', 'review']) {
    test(`${status} here and valid there: it is adopted, once`, async () => {
      const company = await rig.company();
      const theirs = await company.stampThere(withKey());
      const id = await company.ours(theirs, {
        ...{ status, uuid: null, facturapi_id: null, stamped_at: null },
        rejection: { code: 'x', message: 'no' },
      });
      await company.one(
        `insert into stamping_calls (lane, tenant_id, invoice_id, kind, priority, state)
         values (0, $1, $2, 'create_invoice', 1, 'dead') returning id`,
        id,
      );
      const run = await company.reconcile();
      const row = await company.invoice(id);
      assert.deepEqual(
        [row.status, row.uuid, row.facturapi_id, row.rejection, row.stamp],
        ['valid', theirs.uuid.toLowerCase(), theirs.id, null, theirs.stamp],
      );
      assert.equal(row.stamped_at.toISOString(), theirs.stamp.date);
      assert.deepEqual(
        row.warnings.map((one: any) => one.code),
        ['adopted_in_reconciliation'],
      );
      const [difference, ...more] = await company.differences();
      assert.deepEqual(
        [difference.kind, difference.invoice_id, difference.facturapi_id, more.length],
        ['adopted', id, theirs.id, 0],
      );
      assert.ok(difference.ended_at);
      assert.deepEqual([run.repaired, run.differences], [1, 0]);
      const dead = await company.all(
        `select from stamping_calls where tenant_id = $1 and state = 'dead'`,
      );
      assert.equal(dead.length, 0);
      const [xml] = await company.calls('fetch_xml');
      assert.deepEqual([xml.invoice_id, xml.lane], [id, company.lane]);
      await company.reconcile();
      assert.equal((await company.differences()).length, 1);
      assert.equal((await company.calls('fetch_xml')).length, 1);
    });
  }

  test('canceled there: it is canceled here, once, and whoever watches hears of it', async () => {
    const company = await rig.company();
    const heard: string[] = [];
    const listener = await testClient(cleanups, rig.access.app);
    listener.on('notification', ({ payload }) => heard.push(payload!));
    await listener.query('listen timbra_invoices');
    const theirs = await company.stampThere(withKey());
    const id = await company.ours(theirs);
    await company.cancelThere(theirs.id);
    await company.reconcile();
    const { status, cancellation_status } = await company.invoice(id);
    assert.deepEqual([status, cancellation_status], ['canceled', 'accepted']);
    const told = () => heard.map((one) => JSON.parse(one)).filter((one) => one.invoice === id);
    await until(() => told().length > 0);
    assert.deepEqual(told(), [
      { tenant: company.tenantId, invoice: id, kind: 'list_invoices', status: 'canceled' },
    ]);
    await company.reconcile();
    const differences = await company.differences();
    assert.deepEqual(
      differences.map((one) => [one.kind, one.invoice_id]),
      [['canceled_there', id]],
    );
    assert.ok(differences[0].ended_at);
  });

  test('a cancellation that waits there is read by its own call', async () => {
    const company = await rig.company();
    const theirs = await company.stampThere(withKey());
    const id = await company.ours(theirs);
    await rig.sandbox.control('/settings', { body: { cancellation: 'pending' } });
    const path = `/invoices/${theirs.id}?motive=02`;
    await rig.sandbox.call(path, { key: company.key, method: 'DELETE' });
    await company.reconcile();
    assert.equal(await company.performAll('read_invoice'), 1);
    assert.equal((await company.invoice(id)).cancellation_status, 'pending');
    await company.reconcile();
    assert.equal((await company.calls('read_invoice')).length, 0);
  });

  test('what nobody here asked for is taken over, once', async () => {
    const company = await rig.company();
    const theirs = await company.stampThere({
      series: 'M',
      folio_number: 41,
      external_id: 'pedido 9',
    });
    const run = await company.reconcile();
    assert.deepEqual([run.imported, run.repaired, run.differences], [1, 0, 0]);
    await company.reconcile();
    const [row, ...more] = await company.all('select * from invoices where tenant_id = $1');
    assert.equal(more.length, 0);
    assert.deepEqual(
      [row.status, row.facturapi_id, row.series, row.folio_number, row.external_id],
      ['valid', theirs.id, 'M', 41, 'pedido 9'],
    );
    assert.deepEqual(
      (await company.differences()).map((one) => one.kind),
      ['made_elsewhere'],
    );
    const { next_folio } = await company.one(
      `select next_folio from series where tenant_id = $1 and series = 'M'`,
    );
    assert.equal(next_folio, 42);
  });

  test('on its way here and stamped there: its call comes first, and looks before it sends', async () => {
    const company = await rig.company();
    const theirs = await company.stampThere(withKey());
    const id = await company.ours(theirs, { status: 'queued', uuid: null, facturapi_id: null });
    await company.one(
      `insert into stamping_calls (lane, tenant_id, invoice_id, kind, priority, state, run_at)
       values ($3, $1, $2, 'create_invoice', 1, 'delayed', now() + interval '1 h') returning id`,
      id,
      company.lane,
    );
    await company.reconcile();
    const [call, ...more] = await company.calls('create_invoice');
    assert.deepEqual([call.state, call.outcome_unknown, more.length], ['queued', true, 0]);
    assert.equal((await company.invoice(id)).status, 'queued');
    assert.deepEqual(await company.differences(), []);
  });

  for (const status of ['queued', 'stamping', 'pending']) {
    test(`${status} and without a call, it gets one that looks before it sends`, async () => {
      const company = await rig.company();
      const id = await company.ours(undefined, { status, stamped_at: null });
      await company.reconcile();
      const [call] = await company.calls('create_invoice');
      assert.deepEqual(
        [call.invoice_id, call.outcome_unknown, call.priority, call.lane],
        [id, true, priorities.batch, company.lane],
      );
      await company.reconcile();
      assert.equal((await company.calls('create_invoice')).length, 1);
      const differences = await company.differences();
      assert.deepEqual(
        differences.map((one) => [one.kind, one.invoice_id]),
        [['without_call', id]],
      );
    });
  }

  test("a dead call is a person's to decide about: its invoice gets no other", async () => {
    const company = await rig.company();
    const id = await company.ours(undefined, { status: 'pending', stamped_at: null });
    await company.one(
      `insert into stamping_calls (lane, tenant_id, invoice_id, kind, priority, state)
       values (0, $1, $2, 'create_invoice', 1, 'dead') returning id`,
      id,
    );
    await company.reconcile();
    assert.deepEqual(await company.calls('create_invoice'), []);
  });

  test('a list that lags behind makes nothing missing', async () => {
    const company = await rig.company();
    const late = await company.stampThere(withKey());
    const fresh = await company.stampThere({ ...withKey(), date: ago(1_000) });
    await rig.sandbox.control('/settings', { body: { list_lag_ms: 5 * minuteMs } });
    // Its date lies in the window, yet it was stamped a moment ago; the other's lies after it.
    await company.ours(late, { stamped_at: new Date().toISOString() });
    await company.ours(fresh, { stamped_at: new Date().toISOString() });
    await company.reconcile();
    assert.equal((await company.calls('read_invoice')).length, 0);
    // Stamped before the window's end by our clock, and still not in the list: it is looked up.
    await company.one(
      `update invoices set stamped_at = now() - interval '4 min' where tenant_id = $1 returning 1`,
    );
    await company.reconcile();
    assert.equal(await company.performAll('read_invoice'), 1);
    assert.deepEqual(await company.differences(), []);
    await rig.sandbox.control('/settings', { body: { list_lag_ms: 0 } });
  });

  test('what changed here after the page was asked for is left alone', async () => {
    const company = await rig.company();
    const theirs = await company.stampThere(withKey());
    const id = await company.ours(theirs);
    await company.startDue();
    const call = (await company.claim('list_invoices'))!;
    const performed = await company.perform(call);
    await company.one(
      `update invoices set status = 'canceled', updated_at = now() where tenant_id = $1 returning 1`,
    );
    await company.settle(call, performed);
    assert.equal((await company.invoice(id)).status, 'canceled');
    assert.deepEqual(await company.differences(), []);
  });

  test('one invoice that cannot be read hides none of the others', async () => {
    const company = await rig.company();
    await company.startDue();
    const call = (await company.claim('list_invoices'))!;
    const good = { id: 'a', status: 'valid', uuid: randomUUID(), series: 'Z', folio_number: 1 };
    const data = [
      { id: 'b', status: 'valid', uuid: 'none' },
      { ...good, date: ago(), total: 1, type: 'I' },
      { ...good, id: 'c', date: ago(), customer: { legal_name: 'a\u0000b' } },
    ];
    const listInvoices = async () => answered(200, { data, total_results: 3, total_pages: 1 });
    const performed = await company.perform(call, { facturapi: { listInvoices } as never });
    assert.equal(await company.settle(call, performed), true);
    const [row] = await company.all('select facturapi_id from invoices where tenant_id = $1');
    assert.equal(row.facturapi_id, 'a');
    const found = await company.differences();
    assert.deepEqual(
      found.map((one) => [one.kind, one.facturapi_id, one.detail.reason ?? null]).sort(),
      [
        ['data_differs', 'b', 'unreadable'],
        ['data_differs', 'c', 'unreadable'],
        ['made_elsewhere', 'a', null],
      ],
    );
  });
});
