import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { customerSyncRig, dunder } from './test-customer-sync.ts';

const perPage = 100;

describe('the mirror of FacturAPI’s customers', () => {
  const cleanups = cleanupsOfBlock();
  let rig: Awaited<ReturnType<typeof customerSyncRig>>;
  /** Each customer there is made a second after the one before. */
  let clockMs = Date.now() - 86_400_000;
  before(async () => {
    const now = () => {
      clockMs += 1_000;
      return new Date(clockMs);
    };
    rig = await customerSyncRig(cleanups, { now });
  });
  const named = (i: number) => ({
    legal_name: `CLIENTE ${i}`,
    tax_id: 'XAXX010101000',
    tax_system: '616',
    email: `c${i}@example.mx`,
  });

  test('page by page and beyond FacturAPI’s last page by dates, each customer is taken over once', async () => {
    const company = await rig.company();
    const count = 2 * perPage + 1;
    for (let i = 0; i < count; i += 1) await company.makeThere(named(i));
    const sync = await company.wholeRun({ pageMax: 1, pageSize: perPage });
    assert.deepEqual(
      [sync.state, sync.seen, sync.total, sync.created, sync.updated, sync.problem],
      ['idle', count, count, count, 0, null],
    );
    const ours = await company.customers();
    assert.equal(new Set(ours.map((row) => row.legal_name)).size, count);
    assert.equal(ours.length, count);
    const first = ours.find((row) => row.legal_name === 'CLIENTE 0')!;
    assert.deepEqual(
      [first.tax_id, first.email, first.zip, first.street, first.country, first.version],
      ['XAXX010101000', 'c0@example.mx', '42501', 'Sauce', 'MEX', 1],
    );

    await company.settled();
    const again = await company.wholeRun();
    assert.deepEqual([again.created, again.updated, again.differences], [0, 0, 0]);
    assert.equal((await company.customers()).length, count);
    assert.equal(await company.sendDue(), 0, 'what was taken over is not sent back');
    await company.start();
    await company.performAll('list_customers');
    assert.equal(await company.sendDue(), 0, 'what a page showed is not looked for again');
  });

  test('a page whose stamper was killed before it was written is read again, and doubles nothing', async () => {
    const company = await rig.company();
    for (let i = 0; i < 150; i += 1) await company.makeThere(named(i));
    await company.start();
    const killed = (await company.claim('list_customers'))!;
    const lost = await company.perform(killed);
    await company.giveBack(killed);
    const again = (await company.claim('list_customers'))!;
    assert.equal(await company.settle(again, await company.perform(again)), true);
    assert.equal(await company.settle(killed, lost), false, 'the dead one writes nothing');
    const half = await company.sync();
    assert.deepEqual([half.state, half.created], ['running', perPage]);
    await company.performAll('list_customers');
    const { state, created } = await company.sync();
    assert.deepEqual([state, created], ['idle', 150]);
    assert.equal((await company.customers()).length, 150);
  });

  test('a page of a run that was stopped brings nothing', async () => {
    const company = await rig.company();
    await company.makeThere();
    await company.start();
    const call = (await company.claim('list_customers'))!;
    const performed = await company.perform(call);
    await company.one(`update customer_syncs set state = 'off', call_id = null
                        where tenant_id = $1 returning 1`);
    assert.equal(await company.settle(call, performed), true);
    assert.equal((await company.customers()).length, 0);
  });

  test('found again are those with RFC and name, or with an RFC that is nobody else’s', async () => {
    const company = await rig.company();
    const same = await company.makeHere({ legal_name: 'PEÑA Y ASOCIADOS', tax_id: 'URE180429TM6' });
    const renamed = await company.makeHere({ legal_name: 'NOMBRE ANTERIOR' });
    const general = { tax_id: 'XAXX010101000', tax_system: '616' };
    const generic = await company.makeHere({ ...general, legal_name: 'PUBLICO EN GENERAL' });
    await company.makeThere({ legal_name: 'Peña y Asociados', tax_id: 'URE180429TM6' });
    await company.makeThere({ legal_name: 'NOMBRE NUEVO' });
    await company.makeThere({ ...general, legal_name: 'PUBLICO EN GENERAL' });
    await company.makeThere({ ...general, legal_name: 'OTRO SIN RFC' });
    const sync = await company.wholeRun();
    assert.deepEqual([sync.created, sync.linked], [1, 3]);
    for (const { id } of [same, renamed, generic]) {
      assert.ok((await company.link(id)).facturapi_id, 'it is known by its id from now on');
    }
    const kinds = (await company.differences()).map((row) => [row.kind, row.customer_id]);
    assert.deepEqual(new Set(kinds.map(([kind]) => kind)), new Set(['changed_on_both']));
    assert.deepEqual(new Set(kinds.map(([, id]) => id)), new Set([same.id, renamed.id]));
    assert.equal((await company.customer(renamed.id)).legal_name, 'NOMBRE ANTERIOR');
  });

  test('one of theirs that may be several of ours is shown, and taken by none', async () => {
    const company = await rig.company();
    const [a, b] = [await company.makeHere(), await company.makeHere({ email: 'b@example.mx' })];
    await company.makeThere({ email: 'c@example.mx' });
    const sync = await company.wholeRun();
    assert.deepEqual([sync.created, sync.linked, sync.differences], [0, 0, 1]);
    const [difference] = await company.differences();
    assert.equal(difference.kind, 'several_here');
    assert.deepEqual(new Set(difference.candidates), new Set([a.id, b.id]));
    await company.wholeRun();
    assert.equal((await company.differences()).length, 1, 'found again it is still one');
  });

  test('what FacturAPI has twice is one here', async () => {
    const company = await rig.company();
    await company.makeThere({ email: 'uno@example.mx' });
    await company.makeThere({ email: 'dos@example.mx' });
    const sync = await company.wholeRun();
    assert.deepEqual([sync.created, sync.differences], [1, 0]);
    const [ours] = await company.customers();
    assert.equal(ours.email, 'dos@example.mx', 'the newest is the one');
    await company.settled();
    await company.wholeRun();
    assert.equal((await company.customers()).length, 1);
  });

  test('one that was deleted here is not brought back', async () => {
    const company = await rig.company();
    await company.makeThere();
    await company.wholeRun();
    const [ours] = await company.customers();
    await company.directory.remove(company.tenantId, ours.id);
    const sync = await company.wholeRun();
    assert.equal(sync.created, 0);
    assert.deepEqual(await company.customers(), []);
  });

  test('after the first run only what was made there since is asked for, until all is due again', async () => {
    const company = await rig.company();
    for (let i = 0; i < perPage + 1; i += 1) await company.makeThere(named(i));
    await company.wholeRun();
    await company.one(`update customer_syncs set next_new_at = now() where tenant_id = $1
                       returning 1`);
    assert.equal(await company.startDue(), 1);
    const [call] = await company.calls('list_customers');
    assert.equal(call.request.task, 'new');
    assert.ok(Date.parse(call.request.from) > Date.now() - 20 * 60_000);
    assert.equal(call.priority, 3);
    assert.equal(await company.performAll('list_customers'), 1, 'one call reads what is new');
    await company.one(`update customer_syncs set next_all_at = now() where tenant_id = $1
                       returning 1`);
    await company.startDue();
    const [whole] = await company.calls('list_customers');
    assert.deepEqual([whole.request.task, whole.request.from, whole.priority], ['all', null, 4]);
  });

  test('a run whose call is gone or dead goes on where it stopped', async () => {
    const company = await rig.company();
    for (let i = 0; i < 150; i += 1) await company.makeThere(named(i));
    await company.start();
    const first = (await company.claim('list_customers'))!;
    await company.settle(first, await company.perform(first));
    const before = await company.sync();
    await company.one(`update stamping_calls set state = 'dead' where tenant_id = $1
                          and state = 'queued' returning 1`);
    await company.startDue();
    assert.equal((await company.sync()).state, 'failed');
    await company.one(`update customer_syncs set next_new_at = now() where tenant_id = $1
                       returning 1`);
    await company.startDue();
    const [call] = await company.calls('list_customers');
    assert.equal(new Date(call.request.before).getTime(), before.before_at.getTime());
    await company.performAll('list_customers');
    assert.equal((await company.customers()).length, 150);
  });

  test('theirs that SAT’s rules would refuse is shown, not taken over', async () => {
    const company = await rig.company();
    // FacturAPI takes it only without its validation; the sandbox has no such way in.
    await company.start();
    const call = (await company.claim('list_customers'))!;
    const body = { ...dunder, id: 'there-1', created_at: '2026-01-01T00:00:00Z' };
    const listCustomers = async () => ({
      ...{ kind: 'answered' as const, status: 200, logId: undefined, retryAfterMs: undefined },
      ...{ bytes: Buffer.alloc(0) },
      body: {
        ...{ page: 1, total_pages: 1, total_results: 2 },
        data: [
          { ...body, address: {} },
          { ...body, id: 'there-2', tax_id: 'URE180429TM6', legal_name: 42 },
        ],
      },
    });
    const facturapi = { listCustomers } as never;
    await company.settle(call, await company.perform(call, { facturapi }));
    assert.deepEqual(await company.customers(), []);
    const differences = await company.differences();
    assert.deepEqual(
      differences.map((row) => [row.kind, row.facturapi_id, row.problem.errors[0].path]),
      [
        ['not_acceptable', 'there-1', 'address.zip'],
        ['not_acceptable', 'there-2', 'legal_name'],
      ],
    );
  });
});
