import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { testDatabase } from '../../test/support/database.ts';
import {
  type Company,
  draftSources,
  issueRequest,
  makeCompany,
} from '../../test/support/issuing.ts';
import { makeTenant, testPool } from '../../test/support/records.ts';
import { newId, systemClock } from '../platform/clock.ts';
import { Problem } from '../platform/http/problem.ts';
import { tenantWaitingMax, waitingMax } from '../stamping/stamping.ts';
import { linedUp } from '../stamping/test-lined-up.ts';
import { type AcceptOptions, acceptInvoice, type IssueRequest } from './accept-invoice.ts';

const connections = 8;

describe('the bounds of the queue, as the app role', () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let options: AcceptOptions;
  let company: Company;
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    const db = testPool(cleanups, database.app, connections);
    options = { db, lane: 0, ...draftSources(db), clock: systemClock, newId };
  });
  beforeEach(async () => {
    await admin.query('truncate stamping_backlog');
    await admin.query(`update stamping_mode set mode = 'running'`);
    company = await makeCompany(admin);
  });

  const accept = (request: IssueRequest) => acceptInvoice(request, options, () => {});
  const issue = (o: Parameters<typeof issueRequest>[1] = {}) => accept(issueRequest(company, o));
  const fill = (tenantId: string, waiting: number) =>
    admin.query('insert into stamping_backlog (tenant_id, waiting) values ($1, $2)', [
      tenantId,
      waiting,
    ]);
  const waitingOf = async (tenantId: string) => {
    const query = 'select waiting from stamping_backlog where tenant_id = $1';
    return (await admin.query(query, [tenantId])).rows[0]?.waiting;
  };
  const refusedAs = (status: number, code: string) => (error: unknown) => {
    assert.ok(error instanceof Problem, String(error));
    assert.deepEqual([error.status, error.code], [status, code]);
    assert.ok(error.retryAfterS! > 0, 'Retry-After');
    return true;
  };
  async function assertNothingWritten() {
    for (const table of ['invoices', 'stamping_calls', 'idempotency_keys', 'series']) {
      const query = `select * from ${table} where tenant_id = $1`;
      assert.deepEqual((await admin.query(query, [company.tenantId])).rows, [], table);
    }
  }

  test('a company may have 2,000 waiting, and the next one is a 429', async () => {
    await fill(company.tenantId, tenantWaitingMax - 1);
    assert.ok((await issue()).fresh);
    assert.equal(await waitingOf(company.tenantId), tenantWaitingMax);
    await assert.rejects(issue(), refusedAs(429, 'queue_full_for_company'));
  });

  test('what is refused leaves nothing and spends no folio', async () => {
    await fill(company.tenantId, tenantWaitingMax);
    const refused = issue({ idempotencyKey: 'refused' });
    await assert.rejects(refused, refusedAs(429, 'queue_full_for_company'));
    await assertNothingWritten();
    await admin.query('truncate stamping_backlog');
    assert.equal((await issue({ idempotencyKey: 'refused' })).fresh?.folio_number, 1);
  });

  async function assertExactlyThree(answers: readonly PromiseSettledResult<unknown>[]) {
    assert.equal(answers.filter((answer) => answer.status === 'fulfilled').length, 3);
    for (const answer of answers) {
      if (answer.status === 'rejected') refusedAs(429, 'queue_full_for_company')(answer.reason);
    }
    assert.equal(await waitingOf(company.tenantId), tenantWaitingMax);
    const { rows } = await admin.query('select next_folio from series where tenant_id = $1', [
      company.tenantId,
    ]);
    assert.equal(rows[0].next_folio, 4);
  }

  test('of twenty at once with room for three, three are accepted', async () => {
    await fill(company.tenantId, tenantWaitingMax - 3);
    await assertExactlyThree(await Promise.allSettled(Array.from({ length: 20 }, () => issue())));
  });

  test('those who count at the same instant count each other', async () => {
    await fill(company.tenantId, tenantWaitingMax - 3);
    const sql = 'select from stamping_backlog where tenant_id = $1 for update';
    const lock = { sql, values: [company.tenantId] };
    await assertExactlyThree(await linedUp(admin, lock, connections, () => issue()));
  });

  test('a full company keeps no other from its turn', async () => {
    await fill(company.tenantId, tenantWaitingMax);
    const other = await makeCompany(admin);
    assert.ok((await accept(issueRequest(other))).fresh);
  });

  test('50,000 may wait in all, and the next one is a 503', async () => {
    await fill(await makeTenant(admin), waitingMax - 1);
    assert.ok((await issue()).fresh);
    await assert.rejects(issue(), refusedAs(503, 'queue_full'));
  });

  test('whatever ends makes room', async () => {
    await fill(company.tenantId, tenantWaitingMax - 1);
    const { id } = await issue();
    await assert.rejects(issue(), refusedAs(429, 'queue_full_for_company'));
    await admin.query(`update stamping_calls set state = 'done' where invoice_id = $1`, [id]);
    assert.ok((await issue()).fresh);
  });

  test('an installation that drains accepts nothing', async () => {
    await admin.query(`update stamping_mode set mode = 'draining'`);
    await assert.rejects(issue(), refusedAs(503, 'draining'));
    await assertNothingWritten();
  });

  test('one that is paused goes on accepting', async () => {
    await admin.query(`update stamping_mode set mode = 'paused'`);
    assert.ok((await issue()).fresh);
  });

  test('a repeated key is answered, however full the queue', async () => {
    const { id } = await issue({ idempotencyKey: 'early' });
    const mode = (to: string) => admin.query('update stamping_mode set mode = $1', [to]);
    await mode('draining');
    assert.deepEqual(await issue({ idempotencyKey: 'early' }), { id });
    await mode('running');
    await admin.query('update stamping_backlog set waiting = $1', [tenantWaitingMax]);
    assert.deepEqual(await issue({ idempotencyKey: 'early' }), { id });
  });

  test("without a lane that is named, a call enters its company's own", async () => {
    const own = await acceptInvoice(issueRequest(company), { ...options, lane: null }, () => {});
    const { rows } = await admin.query(
      `select c.lane, t.stamping_lane from stamping_calls c join tenants t on t.id = c.tenant_id
        where c.invoice_id = $1`,
      [own.id],
    );
    assert.ok(rows[0].lane > 0);
    assert.equal(rows[0].lane, rows[0].stamping_lane);
  });
});
