import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import { type Company, makeCompany } from '../../test/support/issuing.ts';
import { queueCall, testPool } from '../../test/support/records.ts';
import { newId } from '../platform/clock.ts';
import { type DecisionEntry, entriesMax, readInvoiceHistory } from './invoice-history.ts';

describe("an invoice's history, as the app role", () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let app: pg.Pool;
  let company: Company;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    app = testPool(cleanups, database.app);
    company = await makeCompany(admin);
  });

  const queued = () => queueCall(admin, { tenantId: company.tenantId, lane: 0 });
  const read = (id: string, of = company) => readInvoiceHistory(app, of.tenantId, id);
  const attempt = (invoiceId: string, callId: number, minute: number, outcome: string, o = {}) => {
    const {
      code = null,
      status = null,
      count = 1,
    } = o as {
      code?: string;
      status?: number;
      count?: number;
    };
    return admin.query(
      `insert into stamping_attempts (tenant_id, invoice_id, call_id, kind, attempt, epoch, outcome,
                                      http_status, code, log_id, started_at, ended_at)
       select $1, $2, $3, 'create_invoice', n, 1, $4, $5, $6, 'log-1', at, at + interval '1.5 s'
         from generate_series(1, $8::int) n,
              lateral (select timestamptz '2026-03-02T18:00Z' + ($7 + n) * interval '1 min' as at) t`,
      [company.tenantId, invoiceId, callId, outcome, status, code, minute - 1, count],
    );
  };

  test('attempts, versions and decisions are told in the order in which they happened', async () => {
    const { invoiceId, callId } = await queued();
    const by = company.principal.personId;
    await attempt(invoiceId, callId, 1, 'refused', { code: 'invalid_request', status: 400 });
    await admin.query(
      `insert into invoice_versions (tenant_id, invoice_id, version, document, totals, total, date,
                                     status, rejection, replaced_at, replaced_by)
       values ($1, $2, 1, '{"external_id": "key-1"}', '{}', 116, '2026-03-02T17:00Z', 'rejected',
               '{"code": "invalid_request", "message": "El RFC no existe"}',
               '2026-03-02T18:02Z', $3)`,
      [company.tenantId, invoiceId, by],
    );
    await attempt(invoiceId, callId, 3, 'stamped', { status: 200 });
    await admin.query(
      `insert into stamping_decisions (tenant_id, invoice_id, decision, why, decided_by, decided_at)
       values ($1, $2, 'not_stamped', 'No está en el portal', $3, '2026-03-02T18:01:30Z')`,
      [company.tenantId, invoiceId, by],
    );
    const { data } = await read(invoiceId);
    assert.deepEqual(
      data.map(({ type, at }) => [type, at]),
      [
        ['attempt', '2026-03-02T18:01:00.000Z'],
        ['decision', '2026-03-02T18:01:30.000Z'],
        ['version', '2026-03-02T18:02:00.000Z'],
        ['attempt', '2026-03-02T18:03:00.000Z'],
      ],
    );
    assert.deepEqual(data[0], {
      type: 'attempt',
      at: '2026-03-02T18:01:00.000Z',
      kind: 'create_invoice',
      attempt: 1,
      outcome: 'refused',
      http_status: 400,
      code: 'invalid_request',
      log_id: 'log-1',
      started_at: '2026-03-02T18:01:00.000Z',
      took_ms: 1500,
      detail: 'Timbrado: FacturAPI o el SAT la rechazó. (invalid_request)',
    });
    const { why, by: whom, detail } = data[1] as DecisionEntry;
    assert.deepEqual([why, whom], ['No está en el portal', 'Emisor']);
    assert.equal(detail, 'Emisor decidió que no quedó timbrada: No está en el portal');
    assert.deepEqual(data[2], {
      type: 'version',
      at: '2026-03-02T18:02:00.000Z',
      version: 1,
      status: 'rejected',
      key: 'key-1',
      date: '2026-03-02T17:00:00.000Z',
      rejection: { code: 'invalid_request', detail: 'El RFC no existe' },
      by: 'Emisor',
      detail: 'Emisor la reexpidió con el mismo folio: la versión 1 fue rechazada.',
    });
  });

  test('it says what goes on with it, when, and after which problem', async () => {
    const { invoiceId, callId } = await queued();
    await admin.query(
      `update stamping_calls set state = 'delayed', attempts = 3, run_at = '2026-03-02T19:00Z',
              last_problem = '{"code": "unknown", "message": "socket hang up"}' where id = $1`,
      [callId],
    );
    assert.deepEqual((await read(invoiceId)).call, {
      kind: 'create_invoice',
      state: 'delayed',
      attempts: 3,
      next_try_at: '2026-03-02T19:00:00.000Z',
      last_problem: { code: 'unknown', detail: 'No hubo una respuesta clara de FacturAPI.' },
      detail: 'Timbrado: se intentará de nuevo a la hora indicada; no hay que hacer nada.',
    });
  });

  test('a dead call waits for a person; one that ended is no more to be told', async () => {
    const { invoiceId, callId } = await queued();
    const end = (state: string) =>
      admin.query('update stamping_calls set state = $2 where id = $1', [callId, state]);
    await end('dead');
    const { call } = await read(invoiceId);
    assert.deepEqual([call?.state, call?.next_try_at], ['dead', null]);
    assert.match(call!.detail, /hace falta que una persona decida/);
    await end('done');
    assert.equal((await read(invoiceId)).call, null);
  });

  test('a file that was given up and asked for again is the past', async () => {
    const { invoiceId, callId } = await queued();
    await admin.query(
      `update stamping_calls set state = 'dead', kind = 'fetch_xml' where id = $1`,
      [callId],
    );
    await admin.query(
      `insert into stamping_calls (lane, tenant_id, invoice_id, kind, priority, state)
       values (0, $1, $2, 'fetch_xml', 0, 'done')`,
      [company.tenantId, invoiceId],
    );
    assert.equal((await read(invoiceId)).call, null);
  });

  test('of an invoice with endless attempts the newest are told', async () => {
    const { invoiceId, callId } = await queued();
    await attempt(invoiceId, callId, 1, 'pending', { count: entriesMax + 1 });
    const { data } = await read(invoiceId);
    assert.equal(data.length, entriesMax);
    const attempts = data.map((one) => (one.type === 'attempt' ? one.attempt : 0));
    assert.deepEqual([attempts[0], attempts.at(-1)], [2, entriesMax + 1]);
  });

  test('an outcome without words of its own is told all the same', async () => {
    const { invoiceId, callId } = await queued();
    await attempt(invoiceId, callId, 1, 'of_tomorrow', { status: 502 });
    const [entry] = (await read(invoiceId)).data;
    assert.equal(entry?.detail, 'Timbrado: hubo un intento con FacturAPI. (HTTP 502)');
  });

  test("another company's answers exactly as an absent one", async () => {
    const other = await makeCompany(admin);
    const { invoiceId } = await queued();
    for (const id of [invoiceId, newId()]) {
      await assert.rejects(read(id, other), { status: 404, code: 'not_found' });
    }
  });
});
