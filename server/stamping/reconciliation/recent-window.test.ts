import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { samePromises, testClient } from '../../../test/support/records.ts';
import { answered } from '../../../test/support/scripted-facturapi.ts';
import type { InvoicePage } from '../../facturapi/facturapi.ts';
import { claimCalls } from '../queue/stamping-queue.ts';
import { ago, type Company, minuteMs, reconciliationRig } from './test-reconciliation.ts';

interface Listed {
  readonly id: string;
  readonly date: string;
  readonly [field: string]: unknown;
}

/** A list as FacturAPI's, in pages of three; what it is asked, it keeps. */
function listOf(invoices: readonly Listed[], pageSize: number) {
  const asked: InvoicePage[] = [];
  const listInvoices = async (_key: string, wanted: InvoicePage) => {
    asked.push(wanted);
    const { from = '', before = '9', page } = wanted;
    const shown = invoices
      .filter((one) => one.date >= from && one.date < before)
      .sort((a, b) => b.date.localeCompare(a.date));
    return answered(200, {
      data: shown.slice((page - 1) * pageSize, page * pageSize),
      total_results: shown.length,
      total_pages: Math.ceil(shown.length / pageSize),
    });
  };
  return { asked, facturapi: { listInvoices } as never };
}

const listed = (nth: number, date: string): Listed => ({
  ...{ id: `fac-${nth}-${randomUUID()}`, status: 'valid', uuid: randomUUID(), type: 'I' },
  ...{ external_id: randomUUID(), total: 116, series: 'W', folio_number: nth + 1, date },
});

describe('a window of many pages', () => {
  const cleanups = cleanupsOfBlock();
  let rig: Awaited<ReturnType<typeof reconciliationRig>>;
  before(async () => {
    rig = await reconciliationRig(cleanups);
  });
  const bounds = { pageSize: 3, pageMax: 4 };

  async function runOver(company: Company, invoices: readonly Listed[]) {
    const list = listOf(invoices, bounds.pageSize);
    await company.one(
      'update reconciliations set next_at = now() where tenant_id = $1 returning 1',
    );
    await company.startDue();
    for (;;) {
      const call = await company.claim('list_invoices');
      if (!call) break;
      const performed = await company.perform(call, { facturapi: list.facturapi }, { bounds });
      assert.equal(await company.settle(call, performed), true);
    }
    return { asked: list.asked, run: await company.run('recent') };
  }
  const unread = async (company: Company) =>
    (await company.calls('read_invoice')).map((call) => call.invoice_id).sort();
  const strays = (company: Company) =>
    company.all('select * from reconciliation_strays where tenant_id = $1');

  test('it is read to its end, however many pages, and however many fall into one second', async () => {
    const company = await rig.company();
    const crowded = ago(40 * minuteMs);
    const theirs = Array.from({ length: 40 }, (_, nth) =>
      listed(nth, nth >= 20 && nth < 30 ? crowded : ago((10 + nth * 2) * minuteMs)),
    );
    for (const one of theirs) await company.ours(one);
    const gone = await company.ours(undefined, {
      ...{ date: ago(35 * minuteMs), uuid: randomUUID(), facturapi_id: 'gone' },
    });
    const { asked, run } = await runOver(company, theirs);
    assert.deepEqual([run.state, run.seen, run.total], ['idle', 40, 40]);
    assert.ok(asked.length > bounds.pageMax, `${asked.length} pages`);
    assert.ok(asked.every((one) => one.page <= bounds.pageMax && one.from !== undefined));
    assert.deepEqual(await unread(company), [gone]);
    assert.deepEqual(await strays(company), []);
    assert.deepEqual(await company.differences(), []);
  });

  test('as long as both sides date alike, no page leaves anything to remember', async () => {
    const company = await rig.company();
    const theirs = Array.from({ length: 9 }, (_, nth) => listed(nth, ago((10 + nth) * minuteMs)));
    for (const one of theirs) await company.ours(one);
    const { facturapi } = listOf(theirs, bounds.pageSize);
    await company.startDue();
    for (let call = await company.claim('list_invoices'); call; ) {
      await company.settle(call, await company.perform(call, { facturapi }, { bounds }));
      assert.deepEqual(await strays(company), []);
      call = await company.claim('list_invoices');
    }
    assert.equal((await company.run('recent')).seen, 9);
  });

  test('dates that FacturAPI writes otherwise make nothing missing', async () => {
    const company = await rig.company();
    const theirs = Array.from({ length: 20 }, (_, nth) => listed(nth, ago((10 + nth) * minuteMs)));
    for (const [nth, one] of theirs.entries()) {
      const shiftMs = nth % 2 === 0 ? 15 * minuteMs : 0;
      await company.ours(one, { date: ago((10 + nth) * minuteMs + shiftMs) });
    }
    await runOver(company, theirs);
    assert.deepEqual(await unread(company), []);
    assert.deepEqual(await strays(company), []);
  });

  test('what an abandoned run had seen counts for nothing in the next', async () => {
    const company = await rig.company();
    const gone = await company.ours(undefined, { uuid: randomUUID(), facturapi_id: 'gone' });
    await company.one('insert into reconciliation_strays values ($1, $2, true) returning 1', gone);
    await runOver(company, []);
    assert.deepEqual(await unread(company), [gone]);
    assert.deepEqual(await strays(company), []);
  });

  test('more of one second than FacturAPI shows: the rest of the window is read, and it is told', async () => {
    const company = await rig.company();
    const crowded = ago(30 * minuteMs);
    const theirs = Array.from({ length: 20 }, (_, nth) =>
      listed(nth, nth < 18 ? crowded : ago((50 + nth) * minuteMs)),
    );
    for (const one of theirs) await company.ours(one);
    await company.startDue();
    const list = listOf(theirs, bounds.pageSize);
    const problems: unknown[] = [];
    for (;;) {
      const call = await company.claim('list_invoices');
      if (!call) break;
      await company.settle(
        call,
        await company.perform(call, { facturapi: list.facturapi }, { bounds }),
      );
      problems.push((await company.run('recent')).problem?.code);
    }
    assert.ok(problems.includes('too_many_in_one_second'));
    assert.equal((await company.run('recent')).state, 'idle');
    // What the list could not show is looked at one by one: nothing is called missing unread.
    assert.ok((await unread(company)).length <= 6);
  });

  test("the leader's claim brings the window that is asked for", async () => {
    const company = await rig.company();
    await company.stampThere();
    await company.startDue();
    const leader = await testClient(cleanups, rig.access.stamper);
    const promises = samePromises(11_000, 5_000);
    const [call] = await claimCalls(leader, { lane: company.lane, epoch: 7, count: 1, promises });
    assert.equal(call!.kind, 'list_invoices');
    assert.equal(await company.settle(call as never, await company.perform(call as never)), true);
    assert.deepEqual((await company.run('recent')).state, 'idle');
    assert.equal((await company.all('select from invoices where tenant_id = $1')).length, 1);
  });
});
