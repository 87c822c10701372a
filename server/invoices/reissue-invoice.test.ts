import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import {
  type Company,
  draftSources,
  issueRequest,
  makeCompany,
} from '../../test/support/issuing.ts';
import { readInvoiceRow, testPool } from '../../test/support/records.ts';
import { newId } from '../platform/clock.ts';
import { Problem } from '../platform/http/problem.ts';
import { tenantWaitingMax } from '../stamping/stamping.ts';
import { linedUp } from '../stamping/test-lined-up.ts';
import { type AcceptOptions, acceptInvoice, type InvoiceBody } from './accept-invoice.ts';
import { reissueInvoice } from './reissue-invoice.ts';

const then = new Date('2026-03-02T18:30:00.000Z');
const now = new Date('2026-03-06T12:00:00.000Z');
const rejection = { code: 'invalid_request', message: 'CFDI40145 el nombre no corresponde' };

describe('reissuing an invoice, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let options: AcceptOptions;
  let company: Company;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    const db = testPool(cleanups, database.app, 8);
    options = { db, lane: 0, ...draftSources(db), clock: { now: () => now }, newId };
    company = await makeCompany(admin);
  });

  /** As FacturAPI's refusal leaves it. */
  async function refused(status = 'rejected', of = company): Promise<string> {
    const at = { ...options, clock: { now: () => then } };
    const { id } = await acceptInvoice(issueRequest(of), at, () => {});
    await admin.query(`update stamping_calls set state = 'done' where invoice_id = $1`, [id]);
    await admin.query('update invoices set status = $2, rejection = $3 where id = $1', [
      id,
      status,
      JSON.stringify(rejection),
    ]);
    return id;
  }
  const reissue = (
    id: string,
    o: { body?: Partial<InvoiceBody>; key?: string; of?: Company } = {},
  ) => {
    const request = issueRequest(o.of ?? company, { body: o.body ?? {}, requestId: 'again' });
    const body = o.body && request.body;
    return reissueInvoice({ ...request, id, body, idempotencyKey: o.key }, options, () => {});
  };
  const rowsOf = async (table: string, id: string) =>
    (await admin.query(`select * from ${table} where invoice_id = $1 order by 1, 2`, [id])).rows;
  const openCalls = async (id: string) =>
    (await rowsOf('stamping_calls', id)).filter((call) => call.state === 'queued');
  const isProblem =
    (status: number, code: string, words = /./) =>
    (error: unknown) => {
      assert.ok(error instanceof Problem, String(error));
      assert.deepEqual([error.status, error.code], [status, code]);
      assert.match(error.message, words);
      return true;
    };

  for (const status of ['rejected', 'expired']) {
    test(`one that is ${status} keeps its id and folio, and has a new date and key`, async () => {
      const id = await refused(status);
      const earlier = await readInvoiceRow(admin, id);
      const { fresh } = await reissue(id);
      const invoice = await readInvoiceRow(admin, id);
      assert.deepEqual(
        [invoice.status, invoice.series, invoice.folio_number, invoice.version, invoice.rejection],
        ['queued', earlier.series, earlier.folio_number, 2, null],
      );
      assert.deepEqual(invoice.date, now);
      const { document } = invoice;
      assert.notEqual(document.external_id, earlier.document.external_id);
      assert.equal(document.idempotency_key, document.external_id);
      assert.equal(invoice.external_id, document.external_id);
      assert.deepEqual(document, {
        ...earlier.document,
        date: now.toISOString(),
        external_id: document.external_id,
        idempotency_key: document.external_id,
      });
      assert.deepEqual(
        [fresh?.id, fresh?.status, fresh?.folio_number, fresh?.date],
        [id, 'queued', earlier.folio_number, now.toISOString()],
      );
      const [call, ...more] = await openCalls(id);
      assert.deepEqual(
        [call.kind, call.outcome_unknown, more.length],
        ['create_invoice', false, 0],
      );
    });
  }

  test('what it replaces is kept: document, totals, refusal, and who replaced it', async () => {
    const id = await refused();
    const earlier = await readInvoiceRow(admin, id);
    await reissue(id, { body: { use: 'G01' } });
    const [version, ...more] = await rowsOf('invoice_versions', id);
    assert.equal(more.length, 0);
    assert.deepEqual(
      [version.version, version.status, version.document, version.totals, version.total],
      [1, 'rejected', earlier.document, earlier.totals, earlier.total],
    );
    assert.deepEqual(
      [version.rejection, version.date, version.replaced_by, version.external_id],
      [rejection, then, company.principal.personId, id],
    );
    assert.equal((await readInvoiceRow(admin, id)).document.use, 'G01');
  });

  test('a corrected body brings its own totals', async () => {
    const id = await refused();
    const product = {
      description: 'Otro',
      product_key: '84111506',
      unit_key: 'E48',
      price: 232,
    };
    await reissue(id, { body: { items: [{ quantity: 1, product }] } });
    assert.equal((await readInvoiceRow(admin, id)).total, '232.000000');
  });

  test('nothing of an earlier try at FacturAPI stays on it', async () => {
    const id = await refused();
    await admin.query(
      `update invoices set facturapi_id = 'f1', stamp = '{}', verification_url = 'u',
              warnings = '[]', late_told_at = now() where id = $1`,
      [id],
    );
    await reissue(id);
    const row = await readInvoiceRow(admin, id);
    const left = ['facturapi_id', 'uuid', 'stamp', 'stamped_at', 'verification_url', 'warnings'];
    for (const field of [...left, 'late_told_at']) assert.equal(row[field], null, field);
  });

  test('its folio is not counted again', async () => {
    const of = await makeCompany(admin);
    const id = await refused('rejected', of);
    await reissue(id, { of });
    const { rows } = await admin.query('select next_folio from series where tenant_id = $1', [
      of.tenantId,
    ]);
    assert.equal(rows[0].next_folio, 2);
  });

  test('it may be refused and reissued again', async () => {
    const id = await refused();
    for (const version of [2, 3]) {
      await reissue(id);
      assert.equal((await readInvoiceRow(admin, id)).version, version);
      await admin.query(`update stamping_calls set state = 'done' where invoice_id = $1`, [id]);
      await admin.query(`update invoices set status = 'rejected' where id = $1`, [id]);
    }
    assert.equal((await rowsOf('invoice_versions', id)).length, 2);
  });

  test('another series is a mistake, its own is not', async () => {
    const id = await refused();
    await assert.rejects(
      reissue(id, { body: { series: 'NC' } }),
      isProblem(422, 'series_is_kept', /serie debe ser F/),
    );
    assert.ok((await reissue(id, { body: { series: 'F' } })).fresh);
  });

  for (const [status, words] of [
    ['queued', /en cola/],
    ['stamping', /timbrándose/],
    ['pending', /pendiente/],
    ['valid', /timbrada/],
    ['canceled', /cancelada/],
    ['review', /en revisión.*decide/],
  ] as const) {
    test(`one that is ${status} is not reissued`, async () => {
      const id = await refused(status);
      await assert.rejects(reissue(id), isProblem(409, 'not_reissuable', words));
      assert.deepEqual(await rowsOf('invoice_versions', id), []);
    });
  }

  test("another company's answers exactly as an absent one", async () => {
    const id = await refused();
    const of = await makeCompany(admin);
    await assert.rejects(reissue(id, { of }), isProblem(404, 'not_found'));
    await assert.rejects(reissue(newId(), { of }), isProblem(404, 'not_found'));
  });

  test('a body that breaks a rule changes nothing', async () => {
    const id = await refused();
    await assert.rejects(reissue(id, { body: { payment_form: 'XX' } }), (e: Problem) => {
      return e.status === 422;
    });
    assert.equal((await readInvoiceRow(admin, id)).status, 'rejected');
  });

  const rowOf = (id: string) => ({
    sql: 'select from invoices where id = $1 for update',
    values: [id],
  });

  test('of six at once one reissues, and the others learn its status', async () => {
    const id = await refused();
    const answers = await linedUp(admin, rowOf(id), 6, () => reissue(id));
    const done = answers.filter((one) => one.status === 'fulfilled');
    assert.equal(done.length, 1);
    for (const one of answers) {
      if (one.status === 'rejected') isProblem(409, 'not_reissuable', /en cola/)(one.reason);
    }
    assert.equal((await openCalls(id)).length, 1);
    assert.equal((await readInvoiceRow(admin, id)).version, 2);
  });

  test('the same key at the same instant is one reissue', async () => {
    const id = await refused();
    const key = `lined-up-${id}`;
    const answers = await linedUp(admin, rowOf(id), 6, () => reissue(id, { key }));
    const fresh = answers.map((one) => one.status === 'fulfilled' && one.value.fresh !== undefined);
    assert.deepEqual(fresh.sort(), [false, false, false, false, false, true]);
    assert.ok(answers.every((one) => one.status === 'fulfilled'));
    assert.equal((await openCalls(id)).length, 1);
  });

  test('the same key twenty times at once is one reissue, and the same answer', async () => {
    const id = await refused();
    const key = `once-${id}`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => reissue(id, { key })));
    assert.deepEqual(new Set(answers.map((one) => one.id)), new Set([id]));
    assert.equal(answers.filter((one) => one.fresh).length, 1);
    assert.equal((await openCalls(id)).length, 1);
  });

  test('a key that asked for something else is a mistake, and changes nothing', async () => {
    const [one, other] = [await refused(), await refused()];
    await reissue(one, { key: 'taken' });
    const isReused = isProblem(422, 'idempotency_key_reused');
    await assert.rejects(reissue(other, { key: 'taken' }), isReused);
    await assert.rejects(reissue(one, { key: 'taken', body: {} }), isReused);
    assert.equal((await readInvoiceRow(admin, other)).status, 'rejected');
  });

  test('a full queue takes no reissue, and leaves the invoice as it was', async () => {
    const of = await makeCompany(admin);
    const id = await refused('rejected', of);
    const set = (waiting: number) =>
      admin.query('update stamping_backlog set waiting = $2 where tenant_id = $1', [
        of.tenantId,
        waiting,
      ]);
    await set(tenantWaitingMax);
    await assert.rejects(reissue(id, { of, key: 'k' }), isProblem(429, 'queue_full_for_company'));
    assert.equal((await readInvoiceRow(admin, id)).status, 'rejected');
    await set(tenantWaitingMax - 1);
    assert.ok((await reissue(id, { of, key: 'k' })).fresh);
  });
});
