import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  invoiceInput,
  startTestSandbox,
  type TestSandbox,
} from '../../sandbox/support/test-sandbox.ts';
import { cleanupsOfBlock } from '../../test/support/cleanups.ts';
import { makeTenant, readCall } from '../../test/support/records.ts';
import { until } from '../../test/support/until.ts';
import type { TenantId } from '../tenants/tenants.ts';
import {
  type Company,
  callsOf,
  eventsOf,
  makeInvoice,
  type TestWebhooks,
  testWebhooks,
} from './test-webhooks.ts';

/** What FacturAPI does to an event on its way; counted at its side, where it is delivered. */
describe('events as the sandbox delivers them', () => {
  const cleanups = cleanupsOfBlock();
  let w: TestWebhooks;
  let sandbox: TestSandbox;
  let company: Company;
  before(async () => {
    w = await testWebhooks(cleanups);
    sandbox = await startTestSandbox(cleanups as never);
    await sandbox.control('/settings', { body: { webhook_retry_ms: 1, recovery_ms: 3_600_000 } });
    const tenantId = (await makeTenant(w.admin)) as TenantId;
    const token = await w.webhooks.rotate(tenantId);
    const { body: webhook } = await sandbox.call('/webhooks', {
      body: {
        url: `${w.url}/api/webhooks/facturapi/${token}`,
        enabled_events: ['invoice.status_updated', 'invoice.cancellation_status_updated'],
      },
    });
    assert.equal(await w.webhooks.keepSecret(tenantId, webhook.secret), undefined);
    company = { tenantId, token, secret: webhook.secret, organization: webhook.organization };
  });

  const fault = (rule: object) => sandbox.control('/webhooks/faults', { body: rule });
  const deliveries = async (): Promise<any[]> =>
    (await sandbox.control('/webhooks/deliveries')).body;
  /** Pending there, and resting here between two polls. */
  const pendingInvoice = async () => {
    const { body: there } = await sandbox.call('/invoices', {
      body: invoiceInput(),
      headers: { 'x-sandbox-fault': 'pending_then_valid' },
    });
    assert.equal(there.status, 'pending');
    return makeInvoice(w, company, {
      status: 'pending',
      facturapiId: there.id,
      call: { state: 'delayed', run_at: new Date(Date.now() + 3_600_000) },
    });
  };
  const settle = async ({ facturapiId }: { facturapiId: string }) => {
    const body = { status: 'valid' };
    const answer = await sandbox.control(`/invoices/${facturapiId}/stamping`, { body });
    assert.equal(answer.status, 200);
  };
  const polled = async ({ callId }: { callId: number }) =>
    (await readCall(w.admin, callId)).state === 'queued';
  /** The outcomes of what was sent while `work` ran, once there are so many. */
  const sent = async (count: number, work: () => Promise<void>) => {
    const before = (await deliveries()).length;
    await work();
    await until(async () => (await deliveries()).length >= before + count);
    return (await deliveries()).slice(before).map((one) => [one.outcome, one.status]);
  };
  const events = async () => (await eventsOf(w, company.tenantId)).length;

  test('the end of a pending stamp brings the next poll forward', async () => {
    const invoice = await pendingInvoice();
    assert.deepEqual(await sent(1, () => settle(invoice)), [['delivered', 200]]);
    assert.ok(await polled(invoice));
    assert.equal((await callsOf(w, invoice.invoiceId)).length, 1);
  });

  test('one that is sent twice is taken once', async () => {
    const [invoice, before] = [await pendingInvoice(), await events()];
    await fault({ fault: 'double', times: 1 });
    const told = await sent(2, () => settle(invoice));
    assert.deepEqual(told, [
      ['delivered', 200],
      ['delivered', 200],
    ]);
    assert.equal(await events(), before + 1);
    assert.ok(await polled(invoice));
  });

  test('two that change places are both taken', async () => {
    const [first, second, before] = [
      await pendingInvoice(),
      await pendingInvoice(),
      await events(),
    ];
    await fault({ fault: 'reorder', times: 1 });
    await sent(2, async () => {
      await settle(first);
      await settle(second);
    });
    assert.equal(await events(), before + 2);
    assert.ok((await polled(first)) && (await polled(second)));
  });

  test('a forged one is refused and leaves nothing, the true one after it is taken', async () => {
    const [invoice, before] = [await pendingInvoice(), await events()];
    await fault({ fault: 'forge', times: 1 });
    const told = await sent(2, () => settle(invoice));
    assert.deepEqual(told, [
      ['forged', 401],
      ['delivered', 200],
    ]);
    assert.equal(await events(), before + 1);
  });

  test('one that is lost leaves the invoice to its poll', async () => {
    const [invoice, before] = [await pendingInvoice(), await events()];
    await fault({ fault: 'drop', times: 1 });
    assert.deepEqual(await sent(1, () => settle(invoice)), [['dropped', null]]);
    assert.deepEqual([await events(), await polled(invoice)], [before, false]);
  });

  test('a cancellation at FacturAPI has the stamped invoice read', async () => {
    const { body: there } = await sandbox.call('/invoices', { body: invoiceInput() });
    const invoice = await makeInvoice(w, company, { status: 'valid', facturapiId: there.id });
    await sandbox.control('/settings', { body: { cancellation: 'pending' } });
    const path = `/invoices/${there.id}?motive=02`;
    await sent(1, async () => void (await sandbox.call(path, { method: 'DELETE' })));
    const calls = await callsOf(w, invoice.invoiceId);
    assert.deepEqual(
      calls.map(({ kind, state }) => `${kind} ${state}`),
      ['create_invoice done', 'read_invoice queued'],
    );
  });

  test('after a new address FacturAPI is refused until it has it, and repeats in vain', async () => {
    const [invoice, before] = [await pendingInvoice(), await events()];
    await w.webhooks.rotate(company.tenantId);
    const told = await sent(5, () => settle(invoice));
    assert.deepEqual(told, Array(5).fill(['refused', 401]));
    assert.deepEqual([await events(), await polled(invoice)], [before, false]);
  });
});
