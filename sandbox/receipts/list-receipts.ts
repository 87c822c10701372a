import { type Answer, ok } from '../answer.ts';
import type { Account } from '../organizations/organization.ts';
import {
  containing,
  listBody,
  type Query,
  queryValue,
  readDateRange,
  readPage,
} from '../state/page.ts';
import type { ReceiptFilter, ReceiptsStore } from './receipts-store.ts';

const limitDefault = 50;

export function listReceipts(receipts: ReceiptsStore, account: Account, query: Query): Answer {
  const page = readPage(query, limitDefault);
  const { total, bodies } = receipts.list(account.scope, filterOf(query), page);
  return ok(listBody(page, total, bodies));
}

function filterOf(query: Query): ReceiptFilter {
  const filter: ReceiptFilter = readDateRange(query, 'date');
  for (const name of ['customer', 'payment_form', 'invoice'] as const) {
    const value = queryValue(query, name);
    if (value === undefined) continue;
    filter.sql.push(`${name} = ?`);
    filter.values.push(value);
  }
  const q = queryValue(query, 'q');
  if (q !== undefined) {
    filter.sql.push(`search LIKE ? ESCAPE '\\'`);
    filter.values.push(containing(q));
  }
  return filter;
}
