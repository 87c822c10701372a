import { computeTotals, type DocumentTotals } from '../../server/cfdi/totals.ts';
import { ApiError } from '../api-error.ts';
import { seal } from '../cfdi-xml/seal.ts';
import type { Customer, CustomerFields } from '../customers/customer.ts';
import type { Fault } from '../faults/fault.ts';
import { requireSat } from '../faults/require-sat.ts';
import type { Account } from '../organizations/organization.ts';
import { inTransaction } from '../state/database.ts';
import { objectId } from '../state/object-id.ts';
import { applyOutcome } from './apply-outcome.ts';
import { buildCfdi } from './build-cfdi.ts';
import { requireStampable } from './check-stampable.ts';
import { type InvoiceBody, pendingBody } from './invoice-body.ts';
import type { InvoiceFields } from './invoice-fields.ts';
import type { InvoiceParts } from './invoice-parts.ts';
import { type DueChange, toRow } from './invoice-row.ts';
import type { DueOutcome, StoredInvoice } from './invoices-store.ts';
import { receiverOf, savedCustomer } from './receiver.ts';

export type IssueParts = Pick<
  InvoiceParts,
  'database' | 'invoices' | 'customers' | 'keyring' | 'counters' | 'settings' | 'settlement' | 'now'
>;

export interface IssueRequest {
  account: Account;
  fields: InvoiceFields;
  /** The client does not wait for the stamp. */
  async: boolean;
  fault: Fault | undefined;
  /** The draft that becomes this invoice, and keeps its id. */
  draft?: InvoiceBody;
}

export interface Issued {
  row: StoredInvoice;
  /** 202 when the PAC failed and the invoice will be recovered, or not. */
  status: 200 | 202;
}

/** Every organization's, for every type. */
export const seriesDefault = 'F';

/** Seals an invoice and stamps it, or leaves its stamp for later. Committed when this returns. */
export function issueInvoice(parts: IssueParts, request: IssueRequest): Issued {
  const { account, fields } = request;
  const now = parts.now();
  const receiver = receiverOf(parts.customers, account, fields);
  const totals = totalsOf(fields);
  const refused = refusalOf(fields, receiver, totals, request);
  if (refused && !request.async) throw refused;
  if (!request.async) requireSat(parts.settings);
  const later = laterOutcome(parts, request, refused !== undefined, now);

  const row = inTransaction(parts.database, () => {
    const customer = savedCustomer(parts.customers, account, receiver, now);
    const pending = sealed(parts, { ...request, totals, customer, now, due: later });
    const made = later ? pending : applyOutcome(parts, pending, 'valid', now);
    if (request.draft) parts.invoices.update(made);
    else parts.invoices.insert(made);
    return made;
  });
  if (later) parts.settlement.arm();
  parts.counters.countCreate(account.organization.id);
  return { row, status: isRecovery(request.fault) && !request.async ? 202 : 200 };
}

/** What SAT would not let pass. A client that does not wait for the stamp hears of it later. */
function refusalOf(
  fields: InvoiceFields,
  receiver: Customer | CustomerFields,
  totals: DocumentTotals,
  { account }: IssueRequest,
): ApiError | undefined {
  try {
    requireStampable(fields, receiver, totals, account.organization);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

/** What is left for later: nothing, as a rule. */
function laterOutcome(
  { settings }: IssueParts,
  { async, fault }: IssueRequest,
  refused: boolean,
  now: Date,
): DueChange | undefined {
  const recovery = isRecovery(fault);
  if (!recovery && !async) return undefined;
  const wait = recovery ? (fault!.resolve_ms ?? settings.recovery_ms) : settings.async_ms;
  const fails = refused || fault?.fault === 'pending_then_failed';
  const outcome: DueOutcome = fails ? 'failed' : 'valid';
  return { at: new Date(now.getTime() + wait).toISOString(), outcome };
}

function isRecovery(fault: Fault | undefined): boolean {
  return fault?.fault === 'pending_then_valid' || fault?.fault === 'pending_then_failed';
}

export function totalsOf(fields: InvoiceFields): DocumentTotals {
  return computeTotals(fields.items, { currency: fields.currency });
}

interface Sealable extends IssueRequest {
  totals: DocumentTotals;
  customer: Customer;
  now: Date;
  due: DueChange | undefined;
}

function sealed(parts: IssueParts, of: Sealable): StoredInvoice {
  const { account, fields, totals, customer, now, draft } = of;
  const date = fields.date ?? now;
  const series = fields.series ?? seriesDefault;
  const folio = parts.invoices.takeFolio(account.scope, series, fields.folio_number);
  const issuer = parts.keyring.issuer(account.organization);
  const unsealed = buildCfdi({
    fields,
    totals,
    issuer: account.organization,
    receiver: customer,
    series,
    folio,
    date,
    certificateNumber: issuer.number,
  });
  const cfdi = seal(unsealed, issuer);
  const body = pendingBody({
    id: draft?.id ?? objectId(now),
    account,
    fields,
    total: totals.total.toNumber(),
    customer,
    cfdi,
    date,
    createdAt: draft?.created_at ?? now.toISOString(),
    folio,
  });
  return toRow({ scope: account.scope, body, cfdi: JSON.stringify(cfdi), due: of.due });
}
