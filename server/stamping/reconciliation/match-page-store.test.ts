import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { makeTenant, testPool } from '../../../test/support/records.ts';
import type { Queryable } from '../../platform/postgres/database.ts';
import { matchPage } from './match-page-store.ts';
import { noteStrays } from './ours-not-there-store.ts';
import { readTheirInvoice } from './their-invoice.ts';

const invoices = 20_000;
const pageSize = 100;

describe('whose of ours each of theirs is', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let pool: pg.Pool;
  let tenantId: string;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    pool = testPool(cleanups, database.stamper);
    tenantId = await makeTenant(admin);
    await admin.query(
      `insert into invoices (tenant_id, id, type, status, series, folio_number, document, currency,
                             totals, total, date, uuid, facturapi_id, stamped_at)
       select $1, i.id, 'I', 'valid', 'F', nth, jsonb_build_object('external_id', i.id,
                'filler', repeat('x', 1500)), 'MXN', '{}', 116,
              now() - nth * interval '1 min', gen_random_uuid(), 'fac-' || nth, now()
         from generate_series(1, $2::int) nth, lateral (select gen_random_uuid() as id, nth as of_row) i`,
      [tenantId, invoices],
    );
    await admin.query('vacuum analyze invoices');
  });

  async function somePage() {
    const { rows } = await admin.query(
      `select external_id, facturapi_id, uuid from invoices where tenant_id = $1
        order by date desc offset 500 limit $2`,
      [tenantId, pageSize],
    );
    const known = rows.map((row, nth) => ({
      // Of the one we know one name, of the other another.
      ...{ id: nth % 3 === 0 ? row.facturapi_id : `other-${nth}`, status: 'valid' },
      ...(nth % 3 === 1 ? { external_id: row.external_id } : {}),
      uuid: nth % 3 === 2 ? row.uuid : randomUUID(),
    }));
    const unknown = { id: 'unknown', status: 'valid', uuid: randomUUID() };
    const dated = { date: '2026-05-01T00:00:00Z' };
    return [...known, unknown].map((one) => readTheirInvoice({ ...one, ...dated })!);
  }

  test('a page is one statement, and each of its probes goes by an index', async () => {
    const asked: Array<{ text: string; values: unknown[] }> = [];
    const spy = {
      query: (query: (typeof asked)[number]) => {
        asked.push(query);
        return pool.query(query.text, query.values);
      },
    } as unknown as Queryable;
    const theirs = await somePage();
    const pairs = await matchPage(spy, tenantId, theirs, new Date());
    assert.equal(asked.length, 1);
    assert.equal(pairs.length, pageSize + 1);
    assert.ok(pairs.slice(0, pageSize).every(({ ours }) => ours));
    assert.equal(pairs.at(-1)!.ours, undefined);

    const { rows } = await pool.query(`explain (analyze) ${asked[0]!.text}`, asked[0]!.values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    assert.doesNotMatch(plan, /Seq Scan on invoices/);
    assert.match(plan, /Index.*invoices_by_facturapi_id/);
    assert.match(plan, /Index.*invoices_by_external_id/);
  });

  test('as long as both sides agree, what ours are seen costs no write', async () => {
    const span = { from: new Date(0), before: new Date(), until: new Date() };
    const { rows } = await admin.query('select id from invoices where tenant_id = $1', [tenantId]);
    const shown = rows.map((row) => row.id);
    await noteStrays(pool, tenantId, { span, shown, outOfPlace: [] });
    const strays = () => admin.query('select * from reconciliation_strays');
    assert.deepEqual((await strays()).rows, []);
    await noteStrays(pool, tenantId, { span, shown: shown.slice(1), outOfPlace: [shown[1]] });
    const kept = (await strays()).rows.map((row) => [row.invoice_id, row.seen]);
    assert.deepEqual(
      new Map(kept as [string, boolean][]),
      new Map([
        [shown[0], false],
        [shown[1], true],
      ]),
    );
  });
});
