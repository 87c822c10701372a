import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { isProblem } from '../../../test/support/is-problem.ts';
import { type Company, makeCompany } from '../../../test/support/issuing.ts';
import {
  queueCall,
  readCall,
  readInvoiceRow,
  testClient,
  testPool,
} from '../../../test/support/records.ts';
import { until } from '../../../test/support/until.ts';
import { linedUp } from '../test-lined-up.ts';
import { closeDeadLetter, listDeadLetters, retryDeadLetter } from './dead-letters.ts';

const lane = 5;
const why = 'El proveedor ya lo arregló';
const doubt = { code: 'invoice_stamping_failed', message: 'No se pudo timbrar' };

describe('dead letters, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let app: pg.Pool;
  let company: Company;
  const heard: string[] = [];
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    app = testPool(cleanups, database.app, 8);
    company = await makeCompany(admin);
    const listener = await testClient(cleanups, database.stamper);
    listener.on('notification', ({ payload }) => heard.push(payload!));
    await listener.query('listen timbra_calls; listen timbra_invoices');
  });

  type Kind = 'create_invoice' | 'fetch_xml';
  async function dead(
    o: { kind?: Kind; status?: string; rejection?: object; facturapiId?: string } = {},
  ) {
    const kind = o.kind ?? 'create_invoice';
    const queued = await queueCall(admin, { tenantId: company.tenantId, lane, kind });
    await admin.query(
      `update stamping_calls set state = 'dead', done_at = now(), attempts = 6, deaths = 5,
              last_problem = $2 where id = $1`,
      [queued.callId, kind === 'fetch_xml' ? { code: 'http_404' } : null],
    );
    await admin.query(
      'update invoices set status = $2, rejection = $3, facturapi_id = $4 where id = $1',
      [
        queued.invoiceId,
        o.status ?? (kind === 'fetch_xml' ? 'valid' : 'review'),
        kind === 'fetch_xml' ? null : JSON.stringify(o.rejection ?? doubt),
        o.facturapiId ?? null,
      ],
    );
    heard.length = 0;
    return queued;
  }
  const order = (callId: number) => ({ callId, why, orderedBy: company.principal.personId });
  const retry = (callId: number) => retryDeadLetter(app, order(callId));
  const close = (callId: number) => closeDeadLetter(app, order(callId));

  test('a creation that is retried is looked for first, its attempts counted on', async () => {
    const { callId, invoiceId } = await dead();
    await retry(callId);
    const call = await readCall(admin, callId);
    assert.deepEqual(
      [call.state, call.attempts, call.deaths, call.outcome_unknown, call.done_at],
      ['queued', 6, 0, true, null],
    );
    const invoice = await readInvoiceRow(admin, invoiceId);
    assert.deepEqual([invoice.status, invoice.rejection], ['queued', null]);
    await until(() => heard.includes(String(lane)));
    await until(() => heard.some((one) => one.includes(invoiceId) && one.includes('"queued"')));
  });

  test('what was doubtful stays so: finding nothing asks a person again', async () => {
    const { callId } = await dead();
    await retry(callId);
    assert.deepEqual((await readCall(admin, callId)).last_problem.doubt, doubt);
  });

  for (const code of ['attempt_crashed', 'attempt_killed_process', 'result_not_writable']) {
    test(`${code} is a fault of ours, no doubt about FacturAPI`, async () => {
      const { callId } = await dead({ rejection: { code, message: 'x' } });
      await retry(callId);
      const call = await readCall(admin, callId);
      assert.deepEqual([call.last_problem, call.outcome_unknown], [null, true]);
    });
  }

  test('one that FacturAPI is known to have is pending again, to be read by its id', async () => {
    const { callId, invoiceId } = await dead({ facturapiId: 'f1' });
    await retry(callId);
    assert.equal((await readInvoiceRow(admin, invoiceId)).status, 'pending');
  });

  test('a file that is retried leaves its invoice alone', async () => {
    const { callId, invoiceId } = await dead({ kind: 'fetch_xml' });
    await retry(callId);
    const call = await readCall(admin, callId);
    assert.deepEqual([call.state, call.outcome_unknown], ['queued', false]);
    assert.equal((await readInvoiceRow(admin, invoiceId)).status, 'valid');
  });

  test('a file that was asked for again meanwhile need not be retried', async () => {
    const { callId, invoiceId } = await dead({ kind: 'fetch_xml' });
    await admin.query(`select timbra_enqueue_call($1, $2, $3, 'fetch_xml', 0::smallint, null)`, [
      lane,
      company.tenantId,
      invoiceId,
    ]);
    await assert.rejects(retry(callId), isProblem(409, 'call_already_open'));
    await close(callId);
    assert.equal((await readCall(admin, callId)).state, 'done');
  });

  test("a creation in review is the company's to decide: it is not closed", async () => {
    const { callId } = await dead();
    await assert.rejects(close(callId), isProblem(409, 'invoice_in_review'));
    assert.equal((await readCall(admin, callId)).state, 'dead');
  });

  test('one whose invoice is decided already can only be closed', async () => {
    const { callId, invoiceId } = await dead({ status: 'valid' });
    await assert.rejects(retry(callId), isProblem(409, 'invoice_already_decided'));
    await close(callId);
    assert.equal((await readCall(admin, callId)).state, 'done');
    assert.equal((await readInvoiceRow(admin, invoiceId)).status, 'valid');
  });

  test('who retried or closed it, and why, is kept', async () => {
    const [one, other] = [await dead(), await dead({ kind: 'fetch_xml' })];
    await retry(one.callId);
    await close(other.callId);
    const { rows } = await admin.query(
      `select call_id, invoice_id, decision, why, decided_by from stamping_decisions
        where call_id = any($1) order by id`,
      [[one.callId, other.callId]],
    );
    const decided_by = company.principal.personId;
    assert.deepEqual(rows, [
      { call_id: one.callId, invoice_id: one.invoiceId, decision: 'retry', why, decided_by },
      { call_id: other.callId, invoice_id: other.invoiceId, decision: 'close', why, decided_by },
    ]);
  });

  test('of six who retry at once one does, and the others learn it', async () => {
    const { callId } = await dead();
    // A call about no invoice has only its own row to be locked by.
    const { rows } = await admin.query(
      `insert into stamping_calls (lane, tenant_id, kind, priority, state)
       values ($1, $2, 'list_invoices', 3, 'dead') returning id`,
      [lane, company.tenantId],
    );
    for (const id of [callId, Number(rows[0].id)]) {
      const sql = `select from stamping_calls c left join invoices i on i.id = c.invoice_id
                    where c.id = $1 for update of c`;
      const answers = await linedUp(admin, { sql, values: [id] }, 6, () => retry(id));
      assert.equal(answers.filter((one) => one.status === 'fulfilled').length, 1);
      for (const one of answers) {
        if (one.status === 'rejected') isProblem(409, 'call_not_dead')(one.reason);
      }
    }
  });

  test('a call that is not there is a 404', async () => {
    for (const act of [retry, close]) {
      await assert.rejects(act(2 ** 40), isProblem(404, 'not_found'));
    }
  });

  test('they are listed newest first, page by page, with why they died', async () => {
    await admin.query(`update stamping_calls set state = 'done' where state = 'dead'`);
    const letters = [await dead(), await dead({ kind: 'fetch_xml' }), await dead()];
    const ids = letters.map((one) => one.callId).reverse();
    const first = await listDeadLetters(app, { limit: 2 });
    assert.deepEqual(
      first.map((one) => one.id),
      ids.slice(0, 2),
    );
    const rest = await listDeadLetters(app, { limit: 2, cursor: ids[1] });
    assert.deepEqual(
      rest.map((one) => one.id),
      ids.slice(2),
    );
    const [creation, file] = first;
    assert.deepEqual([creation?.problem, file?.problem], [doubt, { code: 'http_404' }]);
    assert.deepEqual([creation?.attempts, creation?.deaths, creation?.lane], [6, 5, lane]);
    assert.deepEqual(creation?.invoice, {
      id: letters[2]!.invoiceId,
      series: 'F',
      folio_number: letters[2]!.folio,
      status: 'review',
    });
    assert.match(creation!.died_at!, /Z$/);
  });
});
