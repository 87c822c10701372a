import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { makeCompany } from '../../../test/support/issuing.ts';
import {
  makeTenant,
  queueCall,
  samePromises,
  testClient,
  testPool,
} from '../../../test/support/records.ts';
import { until } from '../../../test/support/until.ts';
import { newId } from '../../platform/clock.ts';
import { claimCalls } from '../queue/stamping-queue.ts';
import { operateCompany, operateInstallation, readStampingView } from './operate-stamping.ts';

describe("the operator's hand on stamping, as the app role", () => {
  const cleanups = cleanupsOfBlock();
  let admin: pg.Pool;
  let app: pg.Pool;
  let leader: pg.Client;
  let orderedBy: string;
  const woken: string[] = [];
  before(async () => {
    const database = await testDatabase(cleanups);
    admin = testPool(cleanups, database.admin);
    app = testPool(cleanups, database.app);
    leader = await testClient(cleanups, database.stamper);
    leader.on('notification', ({ payload }) => woken.push(payload!));
    await leader.query('listen timbra_calls');
    orderedBy = (await makeCompany(admin)).principal.personId;
    await admin.query(
      `insert into stamping_lanes (lane, leader, epoch, heartbeat_at, in_flight, breaker, report)
       values (0, 'machine/1', 3, now(), 2, '{"state": "closed"}', '{"concurrency": {"limit": 5}}'),
              (9, 'machine/2', 1, now() - interval '1 hour', 0, null, null)`,
    );
  });
  beforeEach(async () => {
    await operateInstallation(app, { action: 'resume', why: undefined, orderedBy });
    await admin.query('delete from stamping_pauses');
    await until(() => woken.includes('0'));
    woken.length = 0;
  });

  const installation = (action: 'pause' | 'resume' | 'drain', why?: string) =>
    operateInstallation(app, { action, why, orderedBy });
  const company = (tenantId: string, action: 'pause' | 'resume', why?: string) =>
    operateCompany(app, 0, tenantId, { action, why, orderedBy });
  const claim = () =>
    claimCalls(leader, { lane: 0, epoch: 3, count: 50, promises: samePromises(9_000, 0) });
  const claims = async (tenantId: string) =>
    (await claim()).some((call) => call.tenantId === tenantId);

  test('paused, no call starts; resumed, they do, and the leaders look at once', async () => {
    const tenantId = await makeTenant(admin);
    await queueCall(admin, { tenantId, lane: 0 });
    await installation('pause', 'FacturAPI avisó de un corte');
    assert.equal(await claims(tenantId), false);
    await until(() => woken.includes('0'));
    await installation('resume');
    assert.equal(await claims(tenantId), true);
    assert.ok(!woken.includes('9'), 'nobody leads lane 9');
  });

  test('draining, what is queued still goes', async () => {
    const tenantId = await makeTenant(admin);
    await queueCall(admin, { tenantId, lane: 0 });
    await installation('drain');
    assert.equal(await claims(tenantId), true);
  });

  test('who changed it, why and since when is told', async () => {
    await installation('pause', 'mantenimiento');
    const view = await readStampingView(app);
    assert.deepEqual([view.mode, view.by, view.why], ['paused', 'Emisor', 'mantenimiento']);
    assert.ok(Math.abs(Date.parse(view.changed_at) - Date.now()) < 60_000);
  });

  test('one company rests until it is resumed, and the others go on', async () => {
    const [resting, other] = [await makeTenant(admin), await makeTenant(admin)];
    for (const tenantId of [resting, other]) await queueCall(admin, { tenantId, lane: 0 });
    await company(resting, 'pause', 'a petición suya');
    await until(() => woken.includes('0'));
    const served = (await claim()).map((call) => call.tenantId);
    assert.deepEqual([served.includes(resting), served.includes(other)], [false, true]);
    await company(resting, 'resume');
    assert.equal(await claims(resting), true);
    const { rows } = await admin.query(
      'select decision, why, decided_by from stamping_decisions where tenant_id = $1 order by id',
      [resting],
    );
    assert.deepEqual(rows, [
      { decision: 'pause', why: 'a petición suya', decided_by: orderedBy },
      { decision: 'resume', why: null, decided_by: orderedBy },
    ]);
  });

  test('paused twice and resumed once, it goes on; resumed when it was not, nothing breaks', async () => {
    const tenantId = await makeTenant(admin);
    await company(tenantId, 'pause', 'uno');
    await company(tenantId, 'pause', 'dos');
    await company(tenantId, 'resume');
    await company(tenantId, 'resume');
    assert.deepEqual((await readStampingView(app)).pauses, []);
  });

  test("resuming a company takes nothing of FacturAPI's own rest away", async () => {
    const tenantId = await makeTenant(admin);
    await admin.query(
      `insert into stamping_pauses (tenant_id, reason, until)
       values ($1, 'busy', now() + interval '1 min')`,
      [tenantId],
    );
    await company(tenantId, 'resume');
    assert.deepEqual(
      (await readStampingView(app)).pauses.map((pause) => pause.reason),
      ['busy'],
    );
  });

  test('a company that is not there is a 404, and nothing is noted', async () => {
    const id = newId();
    for (const action of ['pause', 'resume'] as const) {
      await assert.rejects(company(id, action), { status: 404 });
    }
    const query = 'select from stamping_decisions where tenant_id = $1';
    assert.equal((await admin.query(query, [id])).rows.length, 0);
  });

  test('the view shows lanes, pauses and all that wait', async () => {
    const tenantId = await makeTenant(admin);
    await queueCall(admin, { tenantId, lane: 0 });
    await company(tenantId, 'pause', 'auditoría');
    const view = await readStampingView(app);
    const { rows } = await admin.query('select sum(waiting)::int as n from stamping_backlog');
    assert.equal(view.waiting, rows[0].n);
    const { heartbeat_ms: heardMs, ...lane } = view.lanes[0]!;
    assert.deepEqual(lane, {
      lane: 0,
      leader: 'machine/1',
      epoch: 3,
      in_flight: 2,
      max_in_flight_seen: 0,
      breaker: { state: 'closed' },
      report: { concurrency: { limit: 5 } },
    });
    assert.ok(heardMs! >= 0);
    assert.equal(view.lanes[1]?.lane, 9);
    const [pause] = view.pauses;
    assert.deepEqual(
      [pause?.tenant, pause?.reason, pause?.until],
      [{ id: tenantId, name: tenantId }, 'operator', null],
    );
    assert.deepEqual(pause?.problem, { code: 'operator', message: 'auditoría' });
  });
});
