import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKeyring } from '../certificates/keyring.ts';
import { openDatabase } from '../state/database.ts';
import { temporaryFolder } from '../support/test-sandbox.ts';
import type { InvoiceBody } from './invoice-body.ts';
import type { InvoiceEvent } from './invoice-parts.ts';
import { toRow } from './invoice-row.ts';
import { invoicesStore } from './invoices-store.ts';
import { createSettlement } from './settle-invoices.ts';

const pending: InvoiceBody = {
  id: 'a'.repeat(24),
  created_at: '2026-05-04T12:00:00.000Z',
  livemode: false,
  organization: 'o',
  type: 'I',
  status: 'pending',
  cancellation_status: 'none',
  series: 'F',
  folio_number: 1,
  total: 1,
  is_ready_to_stamp: false,
};

test('what is due comes about by itself, and those who listen hear of it', async (t) => {
  const now = () => new Date();
  const database = openDatabase(temporaryFolder(t));
  const invoices = invoicesStore(database);
  const due = { at: new Date(Date.now() + 30).toISOString(), outcome: 'failed' as const };
  invoices.insert(toRow({ scope: 'o:test', body: pending, cfdi: null, due }));
  const { promise, resolve } = Promise.withResolvers<InvoiceEvent>();
  const settlement = createSettlement({
    database,
    invoices,
    keyring: openKeyring(database, now),
    settings: { sat: 'up' },
    announce: resolve,
    now,
  });
  const alive = setInterval(() => {}, 1_000);
  t.after(() => {
    clearInterval(alive);
    settlement.close();
    database.close();
  });
  const event = await promise;
  assert.equal(event.type, 'invoice.status_updated');
  assert.equal((JSON.parse(event.object) as InvoiceBody).status, 'failed');
  assert.equal(invoices.nextDueAt(), undefined);
});
