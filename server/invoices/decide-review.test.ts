import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { isProblem } from '../../test/support/is-problem.ts';
import { type Company, makeCompany } from '../../test/support/issuing.ts';
import {
  queueCall,
  readCall,
  readInvoiceRow,
  testClient,
  testPool,
} from '../../test/support/records.ts';
import { until } from '../../test/support/until.ts';
import { newId } from '../platform/clock.ts';
import { linedUp } from '../stamping/test-lined-up.ts';
import { decideReview, type ReviewDecision } from './decide-review.ts';

const lane = 7;
const doubt = { code: 'invoice_stamping_failed', message: 'No se pudo timbrar' };
const why = 'Lo revisé en el portal';

describe('deciding about an invoice in review, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let app: pg.Pool;
  let company: Company;
  const heard: Array<{ channel: string; payload: string | undefined }> = [];
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    app = testPool(cleanups, database.app, 8);
    company = await makeCompany(admin);
    const listener = await testClient(cleanups, database.stamper);
    listener.on('notification', ({ channel, payload }) => heard.push({ channel, payload }));
    await listener.query('listen timbra_calls; listen timbra_invoices');
  });

  async function inReview(o: { status?: string; facturapiId?: string; call?: string } = {}) {
    const queued = await queueCall(admin, { tenantId: company.tenantId, lane });
    await admin.query(
      `update stamping_calls set state = $2, attempts = 4, deaths = 2, outcome_unknown = false,
              empty_look_ups = 1, priority = 2 where id = $1`,
      [queued.callId, o.call ?? 'dead'],
    );
    await admin.query(
      'update invoices set status = $2, rejection = $3, facturapi_id = $4 where id = $1',
      [queued.invoiceId, o.status ?? 'review', JSON.stringify(doubt), o.facturapiId ?? null],
    );
    heard.length = 0;
    return queued;
  }
  const decide = (id: string, verdict: ReviewDecision, of = company) =>
    decideReview(app, 0, { principal: of.principal, id, requestId: 'request-9', verdict });
  const decisionsOf = async (id: string) =>
    (await admin.query('select * from stamping_decisions where invoice_id = $1', [id])).rows;

  test('to look again queues its call, which remembers the doubt and sends nothing', async () => {
    const { callId, invoiceId } = await inReview();
    await decide(invoiceId, { decision: 'look_again', why });
    const call = await readCall(admin, callId);
    assert.deepEqual(
      [call.state, call.outcome_unknown, call.empty_look_ups, call.attempts, call.deaths],
      ['queued', true, 0, 4, 0],
    );
    assert.deepEqual(call.last_problem, { code: 'look_again', doubt });
    assert.deepEqual([call.priority, call.request_id, call.done_at], [1, 'request-9', null]);
    const invoice = await readInvoiceRow(admin, invoiceId);
    assert.deepEqual([invoice.status, invoice.rejection], ['queued', null]);
    await until(() => heard.some((one) => one.payload === String(lane)));
    await until(() => heard.some((one) => one.payload?.includes(`"status" : "queued"`) === true));
  });

  test('looked at again, it is looked for by its own key: the id it had may be wrong', async () => {
    const { invoiceId } = await inReview({ facturapiId: 'wrong-0001' });
    await decide(invoiceId, { decision: 'look_again', why });
    const invoice = await readInvoiceRow(admin, invoiceId);
    assert.deepEqual([invoice.status, invoice.facturapi_id], ['queued', null]);
    const [decision] = await decisionsOf(invoiceId);
    assert.equal(decision.why, `${why} (FacturAPI: wrong-0001)`);
  });

  test('one that was not stamped is rejected, for its reason, and its call is over', async () => {
    const { callId, invoiceId } = await inReview();
    await decide(invoiceId, { decision: 'not_stamped', why });
    const invoice = await readInvoiceRow(admin, invoiceId);
    assert.deepEqual([invoice.status, invoice.rejection], ['rejected', doubt]);
    assert.equal((await readCall(admin, callId)).state, 'done');
  });

  test('an adopted one is read by the id that the person saw', async () => {
    const { callId, invoiceId } = await inReview();
    await decide(invoiceId, { decision: 'adopt', why, facturapiId: '64aa00000000000000000001' });
    const invoice = await readInvoiceRow(admin, invoiceId);
    assert.deepEqual(
      [invoice.status, invoice.facturapi_id, invoice.rejection],
      ['pending', '64aa00000000000000000001', null],
    );
    const call = await readCall(admin, callId);
    assert.deepEqual([call.state, call.outcome_unknown], ['queued', true]);
    assert.deepEqual(call.last_problem, { code: 'adopt' });
  });

  test('a CFDI of another invoice is not adopted', async () => {
    const { invoiceId: owner } = await inReview({ status: 'valid', facturapiId: 'taken-0001' });
    const { callId, invoiceId } = await inReview();
    await assert.rejects(
      decide(invoiceId, { decision: 'adopt', why, facturapiId: 'taken-0001' }),
      isProblem(409, 'facturapi_id_taken'),
    );
    assert.equal((await readInvoiceRow(admin, invoiceId)).status, 'review');
    assert.equal((await readCall(admin, callId)).state, 'dead');
    assert.deepEqual(await decisionsOf(invoiceId), []);
    assert.ok(owner);
  });

  test('who decided what, and why, is kept', async () => {
    const { callId, invoiceId } = await inReview();
    await decide(invoiceId, { decision: 'not_stamped', why });
    const [decision, ...more] = await decisionsOf(invoiceId);
    assert.equal(more.length, 0);
    assert.deepEqual(
      [decision.decision, decision.why, decision.decided_by, decision.call_id],
      ['not_stamped', why, company.principal.personId, callId],
    );
  });

  test('one whose call is no longer there is looked for all the same', async () => {
    const { callId, invoiceId } = await inReview({ call: 'done' });
    await decide(invoiceId, { decision: 'look_again', why });
    const { rows } = await admin.query(
      `select * from stamping_calls where invoice_id = $1 and state = 'queued'`,
      [invoiceId],
    );
    assert.equal(rows.length, 1);
    assert.notEqual(rows[0].id, callId);
    assert.deepEqual([rows[0].outcome_unknown, rows[0].last_problem.doubt], [true, doubt]);
  });

  for (const status of ['queued', 'stamping', 'pending', 'valid', 'rejected', 'expired']) {
    test(`nothing is decided about one that is ${status}`, async () => {
      const { invoiceId } = await inReview({ status, call: 'done' });
      await assert.rejects(
        decide(invoiceId, { decision: 'not_stamped', why }),
        isProblem(409, 'not_in_review'),
      );
      assert.deepEqual(await decisionsOf(invoiceId), []);
    });
  }

  test("another company's answers exactly as an absent one", async () => {
    const other = await makeCompany(admin);
    const { invoiceId } = await inReview();
    for (const id of [invoiceId, newId()]) {
      const verdict = { decision: 'not_stamped', why } as const;
      await assert.rejects(decide(id, verdict, other), isProblem(404, 'not_found'));
    }
  });

  test('of six who decide at once one counts', async () => {
    const { callId, invoiceId } = await inReview();
    let turn = 0;
    const lock = { sql: 'select from invoices where id = $1 for update', values: [invoiceId] };
    const answers = await linedUp(admin, lock, 6, () => {
      turn += 1;
      return decide(invoiceId, { decision: turn % 2 ? 'look_again' : 'not_stamped', why });
    });
    assert.equal(answers.filter((one) => one.status === 'fulfilled').length, 1);
    const [decision, ...more] = await decisionsOf(invoiceId);
    assert.equal(more.length, 0);
    const { state } = await readCall(admin, callId);
    assert.equal(state, decision.decision === 'look_again' ? 'queued' : 'done');
  });

  test('what is queued again counts as waiting, and what is closed does not', async () => {
    const of = await makeCompany(admin);
    const queued = await queueCall(admin, { tenantId: of.tenantId, lane });
    await admin.query(`update stamping_calls set state = 'dead' where id = $1`, [queued.callId]);
    await admin.query(`update invoices set status = 'review' where id = $1`, [queued.invoiceId]);
    const waiting = async () => {
      const query = 'select waiting from stamping_backlog where tenant_id = $1';
      return (await admin.query(query, [of.tenantId])).rows[0].waiting;
    };
    assert.equal(await waiting(), 0);
    await decide(queued.invoiceId, { decision: 'look_again', why }, of);
    assert.equal(await waiting(), 1);
  });
});
