import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { answered, scriptedFacturapi, timedOut } from '../../../test/support/scripted-facturapi.ts';
import { type Company, customerSyncRig, dunder } from './test-customer-sync.ts';

describe('one customer in step with FacturAPI’s', () => {
  const cleanups = cleanupsOfBlock();
  let rig: Awaited<ReturnType<typeof customerSyncRig>>;
  before(async () => {
    rig = await customerSyncRig(cleanups);
  });
  /** One customer that both sides have. */
  const linked = async (company: Company) => {
    const theirs = await company.makeThere();
    await company.wholeRun();
    await company.settled();
    const [ours] = await company.customers();
    return { id: ours.id as string, theirs: theirs.id as string };
  };

  test('what changed there alone is taken, counts a version and says where it came from', async () => {
    const company = await rig.company();
    const { id, theirs } = await linked(company);
    await company.editThere(theirs, { email: 'nuevo@example.mx', address: { zip: '06000' } });
    const sync = await company.wholeRun();
    assert.deepEqual([sync.updated, sync.differences], [1, 0]);
    const ours = await company.customer(id);
    assert.deepEqual([ours.email, ours.zip, ours.version], ['nuevo@example.mx', '06000', 2]);
    const [change] = await company.all(
      `select via, fields from customer_changes where tenant_id = $1 and version = 2`,
    );
    assert.deepEqual([change.via, Object.keys(change.fields).sort()], ['sync', ['email', 'zip']]);
    assert.equal(await company.sendDue(), 0, 'what came from there is not sent back');
  });

  test('what changed here alone is sent, an emptied field included', async () => {
    const company = await rig.company();
    const { id, theirs } = await linked(company);
    const { email: _, ...withoutEmail } = dunder;
    await company.directory.replace(company.tenantId, id, {
      ...withoutEmail,
      phone: '5555555555',
      address: { zip: '06000', street: 'Sauce' },
    });
    assert.equal((await company.link(id)).due, true);
    assert.equal(await company.sendDue(), 1);
    const there = await company.readThere(theirs);
    assert.deepEqual(
      [there.email ?? null, there.phone, there.address.zip, there.address.exterior ?? null],
      [null, '5555555555', '06000', null],
    );
    assert.equal((await company.link(id)).due, false);
    assert.equal((await company.customer(id)).version, 2, 'sending is no change of ours');
    assert.equal((await company.wholeRun()).updated, 0);
  });

  test('what changed on both sides is shown with both versions, and neither is written over', async () => {
    const company = await rig.company();
    const { id, theirs } = await linked(company);
    await company.editHere(id, { email: 'aqui@example.mx' });
    await company.editThere(theirs, { email: 'alla@example.mx' });
    await company.sendDue();
    await company.settled();
    await company.wholeRun();
    assert.equal((await company.customer(id)).email, 'aqui@example.mx');
    assert.equal((await company.readThere(theirs)).email, 'alla@example.mx');
    const [difference, ...more] = await company.differences();
    assert.equal(more.length, 0);
    assert.deepEqual(
      [difference.kind, difference.customer_id, difference.theirs.email],
      ['changed_on_both', id, 'alla@example.mx'],
    );
    await company.editHere(id, { email: 'alla@example.mx' });
    await company.wholeRun();
    assert.deepEqual(await company.differences(), [], 'it ends when both say the same');
  });

  test('a list that lags behind what was just sent brings nothing back', async () => {
    const company = await rig.company();
    const { id } = await linked(company);
    await company.start();
    const call = (await company.claim('list_customers'))!;
    const page = await company.perform(call);
    await company.editHere(id, { email: 'despues@example.mx' });
    await company.sendDue();
    await company.settle(call, page);
    assert.equal((await company.customer(id)).email, 'despues@example.mx');
    assert.deepEqual(await company.differences(), []);
  });

  test('the first valid invoice of a customer makes it known there, once, and only if that is wished', async () => {
    const company = await rig.company();
    const { id } = await company.makeHere();
    await company.invoiceValid(id);
    assert.equal(await company.link(id), undefined, 'the sync was never switched on');
    await company.wholeRun();
    await company.invoiceValid(id);
    await company.invoiceValid(id);
    assert.equal(await company.sendDue(), 1);
    const [there, ...more] = await company.listThere();
    assert.equal(more.length, 0);
    assert.equal((await company.link(id)).facturapi_id, there.id);
    assert.deepEqual(
      [there.legal_name, there.email, there.address.street],
      [dunder.legal_name, dunder.email, 'Sauce'],
    );
  });

  test('what an invoice left there of a customer is found again, and filled up from ours', async () => {
    const company = await rig.company();
    const { id } = await company.makeHere();
    const { email: _, ...spelledOut } = { ...dunder, address: { zip: '42501' } };
    const left = await company.there('/customers', { body: spelledOut });
    await company.start();
    await company.one(`update customer_syncs set state = 'idle' where tenant_id = $1 returning 1`);
    await company.invoiceValid(id);
    await company.sendDue();
    const [there, ...more] = await company.listThere();
    assert.deepEqual([there.id, more.length], [left.id, 0]);
    assert.deepEqual([there.email, there.address.street], [dunder.email, 'Sauce']);
  });

  test('a creation whose answer was lost is made once', async () => {
    const company = await rig.company();
    const { id } = await company.makeHere();
    await company.wholeRun();
    await company.invoiceValid(id);
    await rig.sandbox.control('/faults', {
      body: { match: { method: 'POST', path: '/customers' }, fault: 'reset_after', times: 1 },
    });
    assert.equal(await company.sendDue(), 2, 'the second attempt finds what the first one made');
    assert.equal((await company.listThere()).length, 1);
    assert.ok((await company.link(id)).facturapi_id);
  });

  test('what FacturAPI refuses is shown in its words, and sent again once it was edited', async () => {
    const company = await rig.company();
    const { id } = await linked(company);
    await rig.sandbox.control('/faults', {
      body: {
        match: { method: 'PUT', organization: company.key.replace('sk_test_', '') },
        ...{ fault: 'status', status: 400, code: 'legal_name_mismatch', message: 'No coincide.' },
        times: 1,
      },
    });
    await company.editHere(id, { legal_name: 'NOMBRE FALSO' });
    await company.sendDue();
    const [difference] = await company.differences();
    assert.deepEqual(
      [difference.kind, difference.problem.code, difference.problem.message],
      ['refused_there', 'legal_name_mismatch', 'No coincide.'],
    );
    assert.equal(await company.sendDue(), 0, 'the same is not sent again');
    await company.editHere(id, { legal_name: 'NOMBRE VERDADERO' });
    assert.equal(await company.sendDue(), 1);
    assert.deepEqual(await company.differences(), []);
  });

  test('one that was deleted there is not missed by a whole run, nor made anew unasked', async () => {
    const company = await rig.company();
    const { id, theirs } = await linked(company);
    await company.there(`/customers/${theirs}`, { method: 'DELETE' });
    await company.one(`update customer_links set seen_at = now() - interval '1 h'
                        where tenant_id = $1 returning 1`);
    await company.wholeRun();
    const [difference] = await company.differences();
    assert.deepEqual([difference.kind, difference.customer_id], ['gone_there', id]);
    assert.deepEqual(await company.listThere(), []);
    await company.editHere(id, { phone: '5550001111' });
    assert.equal(await company.sendDue(), 0);
  });

  test('an edit while ours is being sent is sent after it', async () => {
    const company = await rig.company();
    const { id, theirs } = await linked(company);
    await company.editHere(id, { email: 'primero@example.mx' });
    await rig.admin.query(`select timbra_ask_customer_sync($1, $2, $3, 3::smallint, null)`, [
      company.lane,
      company.tenantId,
      id,
    ]);
    const call = (await company.claim('sync_customer'))!;
    const performed = await company.perform(call);
    await company.editHere(id, { email: 'segundo@example.mx' });
    await company.settle(call, performed);
    assert.equal((await company.link(id)).due, true);
    await company.sendDue();
    assert.equal((await company.readThere(theirs)).email, 'segundo@example.mx');
    assert.deepEqual(await company.differences(), []);
  });

  test('a value that FacturAPI keeps although ours is empty is shown, and is no endless sending', async () => {
    const company = await rig.company();
    const { id } = await linked(company);
    await company.editHere(id, { phone: '5550001111' });
    await rig.admin.query(`select timbra_ask_customer_sync($1, $2, $3, 3::smallint, null)`, [
      company.lane,
      company.tenantId,
      id,
    ]);
    const call = (await company.claim('sync_customer'))!;
    const there = {
      ...dunder,
      id: (await company.link(id)).facturapi_id,
      created_at: '2026-01-01',
    };
    const { facturapi, asked } = scriptedFacturapi([
      ['read_customer', answered(200, there)],
      ['update_customer', answered(200, { ...there, phone: 'OTRO' })],
    ]);
    await company.settle(call, await company.perform(call, { facturapi }));
    assert.equal(asked.length, 2);
    const [difference] = await company.differences();
    assert.deepEqual([difference.kind, difference.theirs.phone], ['changed_on_both', 'OTRO']);
    assert.equal(await company.sendDue(), 0);
  });

  test('an archived customer is not sent', async () => {
    const company = await rig.company();
    const { id } = await linked(company);
    await company.editHere(id, { phone: '5550001111' });
    await company.directory.archive(company.tenantId, id);
    assert.equal(await company.sendDue(), 0);
    await company.directory.restore(company.tenantId, id);
    assert.equal(await company.sendDue(), 1);
  });

  test('while nobody knows whether it was received, its slot stays in use and it is tried again', async () => {
    const company = await rig.company();
    const { id } = await linked(company);
    await company.editHere(id, { phone: '5550001111' });
    await rig.admin.query(`select timbra_ask_customer_sync($1, $2, $3, 3::smallint, null)`, [
      company.lane,
      company.tenantId,
      id,
    ]);
    const call = (await company.claim('sync_customer'))!;
    const { facturapi } = scriptedFacturapi([['read_customer', timedOut]]);
    const { settlement } = await company.perform(call, { facturapi });
    assert.equal(settlement.state, 'delayed');
    assert.ok(settlement.slotMs! > 0);
    await company.settle(call, { settlement, attempt: attemptNow('not_synced') });
    assert.equal((await company.link(id)).due, true);
    assert.equal((await company.calls('sync_customer')).length, 1);
  });
});

function attemptNow(outcome: string) {
  return { outcome, startedAt: new Date(), endedAt: new Date() };
}
