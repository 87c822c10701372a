import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { makeTenant } from '../../../test/support/records.ts';
import { installationLane } from '../queue/lanes.ts';
import { priorities } from '../queue/priorities.ts';
import { failedRestMs, overlapMs, reconcileEveryMs, settleMs } from './reconciliation-limits.ts';
import { reconciliationReport } from './reconciliation-report-store.ts';
import { startDueReconciliations } from './start-reconciliations-store.ts';
import { reconciliationRig } from './test-reconciliation.ts';

describe('when reconciliations begin', () => {
  const cleanups = cleanupsOfBlock();
  let rig: Awaited<ReturnType<typeof reconciliationRig>>;
  before(async () => {
    rig = await reconciliationRig(cleanups);
  });
  const now = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 500);

  test('each company with a key gets one run at a time, over 73 hours up to two minutes ago', async () => {
    const company = await rig.company();
    assert.deepEqual(
      (await company.startDue(now)).map((one) => [one.tenantId, one.task, one.started]),
      [[company.tenantId, 'recent', true]],
    );
    assert.deepEqual(await company.startDue(now), []);
    const [call, ...more] = await company.calls('list_invoices');
    assert.equal(more.length, 0);
    const until = new Date(now.getTime() + 500 - settleMs);
    const run = await company.run('recent');
    assert.deepEqual([run.until_at, run.before_at, run.page], [until, until, 1]);
    assert.equal(run.from_at.getTime(), until.getTime() - overlapMs);
    assert.equal(call.id, run.call_id);
    assert.deepEqual([call.priority, call.lane], [priorities.housekeeping, company.lane]);
    assert.equal(new Date(call.request.before).getTime(), until.getTime());
  });

  test('the next run begins after its rest, and no date falls between two runs', async () => {
    const company = await rig.company();
    const weekAgo = new Date(now.getTime() - 7 * 86_400_000);
    await company.startDue(weekAgo);
    await company.performAll('list_invoices');
    const first = await company.run('recent');
    assert.equal(first.state, 'idle');
    const restMs = first.next_at.getTime() - first.finished_at.getTime();
    assert.equal(restMs, reconcileEveryMs);
    assert.deepEqual(await company.startDue(now), []);
    await company.one(
      'update reconciliations set next_at = now() where tenant_id = $1 returning 1',
    );
    await company.startDue(now);
    const second = await company.run('recent');
    assert.equal(second.from_at.getTime(), first.until_at.getTime() - overlapMs);
  });

  test('a run whose call is gone is told, rests, and covers the same dates again', async () => {
    const company = await rig.company();
    await company.startDue(now);
    await company.one('delete from stamping_calls where tenant_id = $1 returning 1');
    assert.deepEqual(
      (await company.startDue(now)).map((one) => one.started),
      [false],
    );
    const failed = await company.run('recent');
    assert.deepEqual([failed.state, failed.problem.code], ['failed', 'call_lost']);
    assert.equal(failed.next_at.getTime() - failed.finished_at.getTime(), failedRestMs);
    await company.one(
      'update reconciliations set next_at = now() where tenant_id = $1 returning 1',
    );
    await company.startDue(now);
    const again = await company.run('recent');
    assert.deepEqual([again.state, again.from_at], ['running', failed.from_at]);
  });

  test('what an abandoned run still brings is written nowhere', async () => {
    const company = await rig.company();
    await company.stampThere();
    await company.startDue();
    const call = (await company.claim('list_invoices'))!;
    const performed = await company.perform(call);
    await company.one(
      `update reconciliations set state = 'failed', next_at = now() where tenant_id = $1 returning 1`,
    );
    await company.startDue();
    const fresh = await company.run('recent');
    assert.equal(await company.settle(call, performed), true);
    assert.deepEqual(await company.all('select from invoices where tenant_id = $1'), []);
    assert.deepEqual(await company.run('recent'), fresh);
    assert.deepEqual(
      (await company.calls('list_invoices')).map((one) => one.id),
      [fresh.call_id],
    );
  });

  test("the installation's lane serves every company; without a key there is nothing to ask", async () => {
    const company = await rig.company();
    const keyless = await makeTenant(rig.admin);
    await rig.admin.query('update tenants set facturapi_key_sealed = null where id = $1', [
      keyless,
    ]);
    const started = await startDueReconciliations(rig.stamper, { lane: installationLane, now });
    const companies = started.map((one) => one.tenantId);
    assert.ok(companies.includes(company.tenantId));
    assert.ok(!companies.includes(keyless));
    const [call] = await company.calls('list_invoices');
    assert.equal(call.lane, installationLane);
  });

  test('where each company has a lane of its own, its pages are asked for there', async () => {
    const companies = [await rig.company(), await rig.company()];
    await startDueReconciliations(rig.stamper, { lane: null, now });
    for (const company of companies) {
      assert.deepEqual(
        (await company.calls('list_invoices')).map((call) => call.lane),
        [company.lane],
      );
    }
  });

  test('the report counts open differences, runs and what is taken over', async () => {
    const company = await rig.company();
    await company.startHistory();
    await company.one(`select timbra_note_difference($1, 'missing_in_facturapi', null, 'x', '{}')`);
    const report = await reconciliationReport(rig.app);
    assert.equal(report.differences_open.missing_in_facturapi, 1);
    assert.ok(report.recent.runs >= 1 && report.recent.last_finished_at);
    const [history] = report.history.filter((one) => one.tenant === company.tenantId);
    assert.deepEqual([history!.state, history!.seen, history!.imported], ['running', 0, 0]);
  });
});
