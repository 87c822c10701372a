import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { makeTenant, queueCall, testPool } from '../../../test/support/records.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { quickNotices, readStampingStatus, statusReader } from './stamping-status.ts';

describe('how stamping goes, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let app: pg.Pool;
  let tenantId: TenantId;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    app = testPool(cleanups, database.app);
    await admin.query('insert into stamping_lanes (lane) values (0)');
  });
  beforeEach(async () => {
    tenantId = await makeTenant(admin);
    await admin.query(`update stamping_mode set mode = 'running'`);
    await breaker(0, 'closed');
  });

  const breaker = (lane: number, state: string) =>
    admin.query('update stamping_lanes set breaker = $2 where lane = $1', [
      lane,
      { state, opens_in_ms: null, interval_ms: 5_000 },
    ]);
  const pause = (reason: string, until: string, problem: object | null = null) =>
    admin.query(
      `insert into stamping_pauses (tenant_id, reason, until, problem)
       values ($1, $2, $3::text::timestamptz, $4)`,
      [tenantId, reason, until, problem],
    );
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const read = () => readStampingStatus(app, 0, tenantId);
  const codes = async () => (await read()).notices.map(({ code, level }) => [code, level]);
  const invoiceOf = async (hours: number, o: { of?: string; status?: string } = {}) => {
    const { invoiceId } = await queueCall(admin, { tenantId: o.of ?? tenantId, lane: 0 });
    await admin.query(
      `update invoices set date = now() - $2 * interval '1 hour', status = $3 where id = $1`,
      [invoiceId, hours, o.status ?? 'queued'],
    );
    return invoiceId;
  };

  test('when all is fine there is nothing to tell', async () => {
    assert.deepEqual(await read(), {
      facturapi: 'ok',
      mode: 'running',
      waiting: 0,
      pause: null,
      late: { count: 0, oldest_date: null },
      notices: [],
    });
  });

  test("it counts the company's own invoices that wait", async () => {
    await invoiceOf(0);
    await invoiceOf(0);
    await invoiceOf(0, { of: await makeTenant(admin) });
    assert.equal((await read()).waiting, 2);
  });

  for (const state of ['open', 'probing']) {
    test(`while the breaker is ${state}, people learn that FacturAPI does not answer`, async () => {
      await breaker(0, state);
      const { facturapi, notices } = await read();
      assert.equal(facturapi, 'unavailable');
      assert.deepEqual(notices, [
        {
          code: 'facturapi_unavailable',
          level: 'warning',
          detail: 'FacturAPI no responde: tus facturas están en cola y se timbrarán solas.',
        },
      ]);
    });
  }

  test('with a lane for each company, its own breaker counts', async () => {
    await breaker(0, 'open');
    assert.equal((await readStampingStatus(app, null, tenantId)).facturapi, 'ok');
    const { rows } = await admin.query('select stamping_lane from tenants where id = $1', [
      tenantId,
    ]);
    await admin.query('insert into stamping_lanes (lane) values ($1)', [rows[0].stamping_lane]);
    await breaker(rows[0].stamping_lane, 'open');
    assert.equal((await readStampingStatus(app, null, tenantId)).facturapi, 'unavailable');
  });

  test("another company's pause is not told", async () => {
    const other = await makeTenant(admin);
    await admin.query(
      `insert into stamping_pauses (tenant_id, reason, until) values ($1, 'busy', 'infinity')`,
      [other],
    );
    assert.equal((await read()).pause, null);
  });

  for (const [code, words] of [
    ['unauthorized', /^FacturAPI rechazó la llave de la empresa: pide a un administrador/],
    ['api_key_expired', /rechazó la llave/],
    ['facturapi_key_missing', /no tiene llave/],
    ['certificate_expired', /certificado de sello digital/],
    ['subscription_required', /suscripción/],
    ['organization_incomplete', /faltan datos/],
  ] as const) {
    test(`a company blocked for ${code} learns what its administrator must look at`, async () => {
      await pause('blocked', at(60_000), { code });
      const { pause: shown, notices } = await read();
      assert.equal(shown?.reason, 'blocked');
      assert.deepEqual([notices[0]?.code, notices[0]?.level], ['facturapi_blocked', 'error']);
      assert.match(notices[0]!.detail, words);
    });
  }

  test('one that FacturAPI told to slow down learns until when', async () => {
    const until = at(30_000);
    await pause('busy', until);
    const status = await read();
    assert.deepEqual([status.pause?.reason, status.pause?.until], ['busy', until]);
    assert.deepEqual(await codes(), [['facturapi_busy', 'info']]);
  });

  test('a rest that is over is not told; one that is being tried is', async () => {
    await pause('busy', at(-1_000));
    assert.deepEqual(await codes(), []);
    await pause('blocked', at(-1_000));
    assert.deepEqual(await codes(), [['facturapi_blocked', 'error']]);
    await admin.query(`update stamping_pauses set until = now() - interval '61 s'`);
    assert.deepEqual(await codes(), []);
  });

  test("the operator's pause has no end, and goes before the others", async () => {
    await pause('busy', at(30_000));
    await pause('operator', 'infinity', { code: 'operator', message: 'auditoría' });
    const { pause: shown } = await read();
    assert.deepEqual([shown?.reason, shown?.until], ['operator', null]);
    assert.match(shown!.detail, /en pausa \(auditoría\)/);
    assert.deepEqual(await codes(), [
      ['company_paused', 'warning'],
      ['facturapi_busy', 'info'],
    ]);
  });

  for (const [mode, code] of [
    ['paused', 'stamping_paused'],
    ['draining', 'stamping_draining'],
  ] as const) {
    test(`an installation that is ${mode} says so`, async () => {
      await admin.query('update stamping_mode set mode = $1', [mode]);
      assert.equal((await read()).mode, mode);
      assert.deepEqual(await codes(), [[code, 'warning']]);
    });
  }

  test('after 48 hours without a stamp people are told, and not before', async () => {
    await invoiceOf(47.99);
    await invoiceOf(100, { status: 'valid' });
    assert.deepEqual((await read()).late, { count: 0, oldest_date: null });
    const id = await invoiceOf(49, { status: 'pending' });
    const { rows } = await admin.query('select date from invoices where id = $1', [id]);
    const { late, notices } = await read();
    assert.deepEqual(late, { count: 1, oldest_date: rows[0].date.toISOString() });
    assert.match(notices[0]!.detail, /^1 factura lleva más de 48 horas/);
    await invoiceOf(48.01);
    assert.match((await read()).notices[0]!.detail, /^2 facturas llevan más de 48 horas/);
  });

  test('it never scans what is stamped', async () => {
    await admin.query(
      `insert into invoices (tenant_id, id, type, status, series, folio_number, document, currency,
                             totals, total, date)
       select $1, gen_random_uuid(), 'I', 'valid', 'X', n, '{}', 'MXN', '{}', 1, '2026-01-01'
         from generate_series(1, 20000) n`,
      [tenantId],
    );
    await admin.query('vacuum analyze invoices');
    const asked: Array<{ text: string; values: unknown[] }> = [];
    const spy = {
      query(query: { text: string; values: unknown[] }) {
        asked.push(query);
        return app.query(query);
      },
    } as unknown as Pick<pg.Pool, 'query'>;
    await readStampingStatus(spy, 0, tenantId);
    assert.equal(asked.length, 1);
    const { text, values } = asked[0]!;
    const plan = await app.query(`explain (analyze, format json) ${text}`, values);
    const nodes = JSON.stringify(plan.rows);
    assert.doesNotMatch(nodes, /"Node Type":"Seq Scan","Parent[^}]*"Relation Name":"invoices"/);
    const most = [...nodes.matchAll(/"Rows Removed by Filter":(\d+)/g)].map(([, n]) => Number(n));
    assert.ok(Math.max(0, ...most) < 100, nodes);
  });

  test('those who ask within a second get the same answer, each company its own', async () => {
    let nowMs = 0;
    let asked = 0;
    const counting = {
      query(query: never) {
        asked += 1;
        return app.query(query);
      },
    } as unknown as Pick<pg.Pool, 'query'>;
    const status = statusReader(counting, 0, () => nowMs);
    await Promise.all(Array.from({ length: 20 }, () => status(tenantId)));
    assert.equal(asked, 1);
    nowMs = 999;
    await status(tenantId);
    assert.equal(asked, 1);
    await status(await makeTenant(admin));
    assert.equal(asked, 2);
    nowMs = 1_000;
    await status(tenantId);
    assert.equal(asked, 3);
  });

  test('a failure is not kept', async () => {
    let fails = true;
    const failing = {
      query: (query: never) => (fails ? Promise.reject(new Error('away')) : app.query(query)),
    } as unknown as Pick<pg.Pool, 'query'>;
    const status = statusReader(failing, 0);
    await assert.rejects(status(tenantId));
    assert.deepEqual(await quickNotices(status, tenantId), []);
    fails = false;
    assert.equal((await status(tenantId)).facturapi, 'ok');
  });

  test('an answer does not wait for its notices', { timeout: 5_000 }, async () => {
    const never = () => new Promise<never>(() => {});
    assert.deepEqual(await quickNotices(never, tenantId), []);
  });
});
