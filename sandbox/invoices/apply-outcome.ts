import { randomUUID } from 'node:crypto';
import { localDateTime } from '../../server/cfdi/time-zone.ts';
import type { Keyring } from '../certificates/keyring.ts';
import type { Cfdi, UnstampedCfdi } from '../cfdi-xml/cfdi.ts';
import { stamp } from '../cfdi-xml/seal.ts';
import { type CancellationStatus, type InvoiceBody, stampedBody } from './invoice-body.ts';
import { toRow } from './invoice-row.ts';
import type { DueOutcome, InvoicesStore, StoredInvoice } from './invoices-store.ts';
import { recordPayments, takeBackPayments } from './received-payments.ts';

export interface OutcomeParts {
  invoices: InvoicesStore;
  keyring: Keyring;
}

/** Central Mexico, whose time every stamp carries. */
const pacZip = '06000';

/**
 * What a stamping or a cancellation comes to:
 *
 *   pending -> valid (stamped)  |  failed (its folio is free again)
 *   valid, being canceled -> canceled (accepted)  |  valid (rejected or expired)
 *
 * Gives the row as it then is, which the caller writes. The invoices that a payment names are
 * written here.
 */
export function applyOutcome(
  parts: OutcomeParts,
  row: StoredInvoice,
  outcome: DueOutcome,
  now: Date,
): StoredInvoice {
  const body = JSON.parse(row.body) as InvoiceBody;
  const { scope } = row;
  switch (outcome) {
    case 'valid': {
      const cfdi = stampOf(parts.keyring, JSON.parse(row.cfdi!) as UnstampedCfdi, now);
      const stamped = stampedBody(body, cfdi);
      const targets = recordPayments(parts.invoices, scope, stamped);
      const known = { ...stamped, target_invoice_ids: targets };
      return toRow({ scope, body: known, cfdi: JSON.stringify(cfdi) });
    }
    case 'failed': {
      parts.invoices.releaseFolio(scope, body.series!, body.folio_number!);
      return toRow({ scope, body: { ...body, status: 'failed' }, cfdi: row.cfdi });
    }
    case 'accepted': {
      takeBackPayments(parts.invoices, scope, body);
      const canceled: InvoiceBody = {
        ...withCancellation(body, 'accepted', now),
        status: 'canceled',
        canceled_at: now.toISOString(),
      };
      return toRow({ scope, body: canceled, cfdi: row.cfdi });
    }
    case 'rejected':
    case 'expired':
      return toRow({ scope, body: withCancellation(body, outcome, now), cfdi: row.cfdi });
  }
}

function stampOf(keyring: Keyring, cfdi: UnstampedCfdi, now: Date): Cfdi {
  return stamp(cfdi, keyring.pac, { uuid: randomUUID(), date: localDateTime(now, pacZip) });
}

function withCancellation(body: InvoiceBody, status: CancellationStatus, now: Date): InvoiceBody {
  const { cancellation } = body;
  return {
    ...body,
    cancellation_status: status,
    ...(cancellation && {
      cancellation: { ...cancellation, status, last_checked: now.toISOString() },
    }),
  };
}
