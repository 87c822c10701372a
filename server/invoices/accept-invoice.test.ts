import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { assertConsecutiveFolios } from '../../test/support/facturapi-side.ts';
import { isProblem } from '../../test/support/is-problem.ts';
import {
  type Company,
  draftSources,
  issueRequest,
  makeCompany,
} from '../../test/support/issuing.ts';
import { readInvoiceRow, testClient, testPool } from '../../test/support/records.ts';
import { until } from '../../test/support/until.ts';
import { newId } from '../platform/clock.ts';
import type { Problem } from '../platform/http/problem.ts';
import { priorities } from '../stamping/queue/priorities.ts';
import { type AcceptOptions, acceptInvoice, type IssueRequest } from './accept-invoice.ts';

const now = new Date('2026-03-02T18:30:00.000Z');
const connections = 8;

describe('accepting an invoice, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let options: AcceptOptions;
  const woken: string[] = [];
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    const db = testPool(cleanups, database.app, connections);
    options = { db, lane: 0, ...draftSources(db), clock: { now: () => now }, newId };
    const stamper = await testClient(cleanups, database.stamper);
    stamper.on('notification', ({ payload }) => woken.push(payload!));
    await stamper.query('listen timbra_calls');
  });

  const accept = (request: IssueRequest, o: Partial<AcceptOptions> = {}) =>
    acceptInvoice(request, { ...options, ...o }, () => {});
  const rowsOf = async (table: string, { tenantId }: Company) =>
    (await admin.query(`select * from ${table} where tenant_id = $1`, [tenantId])).rows;
  const nextFolio = async (company: Company, series = 'F') =>
    (await rowsOf('series', company)).find((row) => row.series === series)?.next_folio;
  const assertNothingOf = async (company: Company) => {
    for (const table of ['invoices', 'stamping_calls', 'idempotency_keys', 'series']) {
      assert.deepEqual(await rowsOf(table, company), [], table);
    }
  };

  test('key, folio, invoice and queue entry are there together', async () => {
    const company = await makeCompany(admin);
    woken.length = 0;
    const request = issueRequest(company, { idempotencyKey: 'key-1', requestId: 'request-7' });
    const { id, fresh } = await accept(request);
    assert.equal(fresh?.folio_number, 1);
    const invoice = await readInvoiceRow(admin, id);
    assert.deepEqual(
      [invoice.status, invoice.series, invoice.folio_number, invoice.total, invoice.type],
      ['queued', 'F', 1, '116.000000', 'I'],
    );
    assert.deepEqual(
      [invoice.customer_id, invoice.created_by, invoice.date],
      [company.customer.id, company.principal.personId, now],
    );
    const [key] = await rowsOf('idempotency_keys', company);
    assert.deepEqual([key.key, key.invoice_id], ['key-1', id]);
    const [call, ...more] = await rowsOf('stamping_calls', company);
    assert.equal(more.length, 0);
    assert.deepEqual(
      [call.invoice_id, call.kind, call.state, call.priority, call.request_id],
      [id, 'create_invoice', 'queued', priorities.interactive, 'request-7'],
    );
    assert.equal(await nextFolio(company), 2);
    await until(() => woken.includes('0'));
  });

  test('the document is frozen as it will be sent: date, folio, key and defaults', async () => {
    const company = await makeCompany(admin);
    const { id } = await accept(issueRequest(company));
    const { document } = await readInvoiceRow(admin, id);
    assert.deepEqual(document, {
      type: 'I',
      customer: {
        legal_name: 'UNIVERSIDAD ROBOTICA ESPAÑOLA',
        tax_id: 'URE180429TM6',
        tax_system: '601',
        email: 'facturas@robotica.mx',
        address: { zip: '86991' },
      },
      items: [
        {
          quantity: 1,
          discount: 0,
          product: {
            description: 'Servicio de prueba',
            product_key: '84111506',
            unit_key: 'E48',
            price: 116,
            tax_included: true,
            taxability: '02',
          },
        },
      ],
      use: 'G03',
      payment_form: '03',
      payment_method: 'PUE',
      currency: 'MXN',
      exchange: 1,
      date: now.toISOString(),
      series: 'F',
      folio_number: 1,
      external_id: id,
      idempotency_key: id,
    });
  });

  test('whoever waits listens before anything can be heard', async () => {
    const company = await makeCompany(admin);
    const order: string[] = [];
    const query = (text: { name: string }) => {
      order.push(text.name);
      return options.db.query(text as never);
    };
    const watched = { ...options, db: { query } as unknown as AcceptOptions['db'] };
    const { id } = await acceptInvoice(issueRequest(company), watched, (listened) => {
      order.push(listened);
    });
    assert.deepEqual(order, [id, 'accept-invoice']);
  });

  test('200 at once have consecutive folios, each with its call', async () => {
    const company = await makeCompany(admin);
    await Promise.all(Array.from({ length: 200 }, () => accept(issueRequest(company))));
    const invoices = await rowsOf('invoices', company);
    assert.equal(invoices.length, 200);
    assertConsecutiveFolios(invoices);
    assert.equal((await rowsOf('stamping_calls', company)).length, 200);
    for (const { document, folio_number: folio } of invoices) {
      assert.equal(document.folio_number, folio);
    }
  });

  test('each series counts for itself, and each company too', async () => {
    const [one, other] = [await makeCompany(admin), await makeCompany(admin)];
    for (const company of [one, one, other]) await accept(issueRequest(company));
    await accept(issueRequest(one, { body: { series: 'NC' } }));
    assert.deepEqual([await nextFolio(one), await nextFolio(one, 'NC')], [3, 2]);
    assert.equal(await nextFolio(other), 2);
  });

  test('a repeated key answers with the earlier invoice, and spends no folio', async () => {
    const company = await makeCompany(admin);
    const request = issueRequest(company, { idempotencyKey: 'again' });
    const first = await accept(request);
    assert.deepEqual(await accept(request), { id: first.id });
    assert.equal(await nextFolio(company), 2);
    assert.equal((await rowsOf('invoices', company)).length, 1);
  });

  test('the same key forty times at once is one invoice and one folio', async () => {
    const company = await makeCompany(admin);
    const request = issueRequest(company, { idempotencyKey: 'at once' });
    const answers = await Promise.all(Array.from({ length: 40 }, () => accept(request)));
    assert.equal(new Set(answers.map((answer) => answer.id)).size, 1);
    assert.equal(answers.filter((answer) => answer.fresh).length, 1);
    assert.equal(await nextFolio(company), 2);
    assert.equal((await rowsOf('stamping_calls', company)).length, 1);
  });

  test('a key with another body is a mistake, and spends no folio', async () => {
    const company = await makeCompany(admin);
    await accept(issueRequest(company, { idempotencyKey: 'one body' }));
    const other = issueRequest(company, { idempotencyKey: 'one body', body: { use: 'G01' } });
    await assert.rejects(accept(other), isProblem(422, 'idempotency_key_reused'));
    assert.equal(await nextFolio(company), 2);
  });

  test('two companies may use the same key', async () => {
    const [one, other] = [await makeCompany(admin), await makeCompany(admin)];
    const a = await accept(issueRequest(one, { idempotencyKey: 'shared' }));
    const b = await accept(issueRequest(other, { idempotencyKey: 'shared' }));
    assert.notEqual(a.id, b.id);
    assert.ok(a.fresh && b.fresh);
  });

  test('a statement that fails leaves nothing, and no folio is spent', async () => {
    const company = await makeCompany(admin);
    const { id: taken } = await accept(issueRequest(company));
    const failing = issueRequest(company, { idempotencyKey: 'key', body: { series: 'Z' } });
    await assert.rejects(accept(failing, { newId: () => taken }), { code: '23505' });
    assert.equal(await nextFolio(company, 'Z'), undefined);
    assert.deepEqual(await rowsOf('idempotency_keys', company), []);
    assert.ok((await accept(failing)).fresh);
    assert.equal(await nextFolio(company, 'Z'), 2);
  });

  test('a customer that was deleted a moment ago is absent, and no folio is spent', async () => {
    const company = await makeCompany(admin);
    await admin.query('delete from customers where tenant_id = $1', [company.tenantId]);
    const findCustomer = async () => company.customer;
    await assert.rejects(
      accept(issueRequest(company, { idempotencyKey: 'key' }), { findCustomer }),
      isProblem(422, 'customer_not_found'),
    );
    await assertNothingOf(company);
  });

  test("another company's customer answers exactly as an absent one", async () => {
    const [company, other] = [await makeCompany(admin), await makeCompany(admin)];
    const answers = [];
    for (const customer of [other.customer.id, randomUUID()]) {
      const error = await accept(issueRequest(company, { body: { customer } })).catch((e) => e);
      answers.push(error.toBody('request'));
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.equal(answers[0].code, 'customer_not_found');
    await assertNothingOf(company);
  });

  test('an invoice that breaks a rule spends no folio', async () => {
    const company = await makeCompany(admin);
    const wrong = issueRequest(company, { body: { payment_form: 'XX' } });
    await assert.rejects(accept(wrong), (error: Problem) => error.status === 422);
    await assertNothingOf(company);
  });

  test('a person who was removed meanwhile is not taken for a missing customer', async () => {
    const company = await makeCompany(admin);
    await admin.query('delete from people where id = $1', [company.principal.personId]);
    const error = await accept(issueRequest(company)).catch((e) => e);
    assert.notEqual((error as Problem).code, 'customer_not_found');
  });
});
