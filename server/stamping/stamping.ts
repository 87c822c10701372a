/** The front door of stamping: what other features may know of the queue to FacturAPI. */
import type { FacturapiCatalog } from '../facturapi/facturapi.ts';
import { Problem } from '../platform/http/problem.ts';
import type { Queryable } from '../platform/postgres/database.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { priorities } from './queue/priorities.ts';

/** Into which lane a call goes; null says "its company's own". See lanes.ts. */
export type Lane = number | null;

/** A sentence that a company's people see above their invoices. */
export interface Notice {
  readonly code: string;
  readonly level: 'info' | 'warning' | 'error';
  readonly detail: string;
}

/** The priority with which a person's invoice enters the queue. */
export const interactivePriority = priorities.interactive;

/** How many invoices may wait for their stamp: of one company, and in all. */
export const tenantWaitingMax = 2_000;
export const waitingMax = 50_000;
/** About what five in flight take to make some room again. */
const tenantRetryAfterS = 15;
const retryAfterS = 30;

/** What people are told when `timbra_admit_creation` let no more in; undefined: another error. */
export function notAdmitted(cause: unknown): Problem | undefined {
  switch ((cause as { code?: unknown } | null)?.code) {
    case 'TB001':
      return new Problem(
        429,
        'queue_full_for_company',
        `Tu empresa ya tiene ${tenantWaitingMax.toLocaleString('es-MX')} facturas en espera de ` +
          'timbrado. Intenta de nuevo cuando avance la cola.',
        { retryAfterS: tenantRetryAfterS, cause },
      );
    case 'TB002':
      return new Problem(
        503,
        'queue_full',
        'Hay demasiadas facturas en espera de timbrado. Intenta de nuevo en unos segundos.',
        { retryAfterS, cause },
      );
    case 'TB003':
      return new Problem(
        503,
        'draining',
        'El sistema está por entrar en mantenimiento y no acepta facturas nuevas; las que ya ' +
          'están en cola se timbrarán.',
        { retryAfterS, cause },
      );
    default:
      return undefined;
  }
}

export interface Decision {
  readonly tenantId: string;
  readonly invoiceId: string | null;
  readonly callId: number | undefined;
  readonly decision: string;
  readonly why: string;
  readonly decidedBy: string;
}

/** What a person decided about an invoice or a call: part of its history. */
export async function noteDecision(db: Pick<Queryable, 'query'>, d: Decision): Promise<void> {
  await db.query(
    `insert into stamping_decisions (tenant_id, invoice_id, call_id, decision, why, decided_by)
     values ($1, $2, $3, $4, $5, $6)`,
    [d.tenantId, d.invoiceId, d.callId, d.decision, d.why, d.decidedBy],
  );
}

export interface FileCall {
  readonly invoiceId: string;
  readonly kind: 'xml' | 'pdf';
  readonly requestId: string;
}

/**
 * Asks for the XML or the PDF of a stamped invoice, ahead of everything: a person waits for it.
 * One that was already asked for is promoted, not doubled.
 */
export async function requestFile(
  db: Queryable,
  lane: Lane,
  tenantId: TenantId,
  { invoiceId, kind, requestId }: FileCall,
): Promise<void> {
  await db.query('select timbra_enqueue_call($1, $2, $3, $4, $5::smallint, $6)', [
    lane,
    tenantId,
    invoiceId,
    `fetch_${kind}`,
    priorities.read,
    requestId,
  ]);
}

/** What FacturAPI answers the same to everybody is asked again after this. */
export const keptAnswerMsMax = 24 * 3_600_000;

export interface CatalogQuestion {
  readonly catalog: FacturapiCatalog;
  readonly q: string;
  readonly requestId: string;
  /** After that it is not worth a call any more. */
  readonly waitMs: number;
}

/** Of one company at once: a search stands before every creation, also those of others. */
export const searchesOpenMax = 2;

/**
 * Asks FacturAPI to search SAT's catalogue; answers the call's id, for `awaitAnswer`, or undefined
 * when the company has too many open. Two that ask in the same instant may pass the bound by one.
 */
export async function askCatalog(
  db: Queryable,
  lane: Lane,
  tenantId: TenantId,
  { catalog, q, requestId, waitMs }: CatalogQuestion,
): Promise<number | undefined> {
  const { rows } = await db.query<{ id: number }>(
    `select timbra_enqueue_call($1, $2, null, 'search_catalog', $3::smallint, $4, $5::jsonb,
                                now() + $6::float8 * interval '1 ms') as id
      where (select count(*) from stamping_calls
              where tenant_id = $2 and kind = 'search_catalog'
                and state in ('queued', 'delayed', 'calling')
                and coalesce(expires_at, 'infinity') > now()) < $7`,
    [
      lane,
      tenantId,
      priorities.read,
      requestId,
      JSON.stringify({ catalog, q }),
      waitMs,
      searchesOpenMax,
    ],
  );
  return rows[0]?.id;
}

export type CallAnswer =
  | { readonly kind: 'waits' }
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  /** It ended without an answer: no key, nobody waits any more, or too many attempts. */
  | { readonly kind: 'unanswered' };

/** Hears when a call of the queue has ended. */
export interface CallWatch {
  follow(callId: number): void;
  next(ms: number): Promise<void>;
  /** This worker stops: answer now with what is known. */
  isClosing(): boolean;
  stop(): void;
}

/** Waits for the call's answer until `untilMs` of `Date.now()`; `waits` when it did not come. */
export async function awaitAnswer(
  db: Queryable,
  watch: CallWatch,
  { tenantId, callId, untilMs }: { tenantId: TenantId; callId: number; untilMs: number },
): Promise<CallAnswer> {
  try {
    // Before it is read: what ends after the reading is heard of.
    watch.follow(callId);
    for (;;) {
      const answer = await readAnswer(db, tenantId, callId);
      const leftMs = untilMs - Date.now();
      if (answer.kind !== 'waits' || leftMs <= 0 || watch.isClosing()) return answer;
      await watch.next(leftMs);
    }
  } finally {
    watch.stop();
  }
}

async function readAnswer(db: Queryable, tenantId: string, callId: number): Promise<CallAnswer> {
  const { rows } = await db.query<{ state: string; status: number | null; body: unknown }>({
    name: 'read-call-answer',
    text: `select c.state, a.status, a.body
             from stamping_calls c left join stamping_answers a on a.call_id = c.id
            where c.id = $2 and c.tenant_id = $1`,
    values: [tenantId, callId],
  });
  const row = rows[0];
  if (!row) return { kind: 'unanswered' };
  if (row.status !== null) return { kind: 'answered', status: row.status, body: row.body };
  return { kind: row.state === 'done' || row.state === 'dead' ? 'unanswered' : 'waits' };
}

/**
 * Has an invoice read at FacturAPI once more: something happened to it there. By FacturAPI's id
 * for it, or else by our own name for the document; what happened is read there and not told here.
 *
 *   asked            a read of its own is in the queue
 *   on_its_way       an open call looks there anyway, earlier now if it was only resting
 *   nothing_to_read  it was never known to be there, and no call goes on: the reconciliation's
 *   no_invoice       it is none of this company's
 */
export async function readInvoiceAgain(
  db: Queryable,
  lane: Lane,
  tenantId: TenantId,
  of: { readonly facturapiId: string; readonly externalId: string | null },
  requestId: string,
): Promise<'asked' | 'on_its_way' | 'nothing_to_read' | 'no_invoice'> {
  const { rows } = await db.query<{
    known: boolean;
    onItsWay: boolean;
    call: number | null;
  }>({
    name: 'read-invoice-again',
    text: READ_AGAIN,
    values: [tenantId, of.facturapiId, of.externalId, lane, priorities.batch, requestId],
  });
  const { known, onItsWay, call } = rows[0]!;
  if (!known) return 'no_invoice';
  if (onItsWay) return 'on_its_way';
  return call === null ? 'nothing_to_read' : 'asked';
}

/**
 * A creation that only rests is hurried. A read in flight may have been answered before what is
 * told now, so it is marked, and made once more when it ends.
 */
const READ_AGAIN = `
with invoice as (
  select id, facturapi_id from (
    select id, facturapi_id, 1 as nth from invoices where tenant_id = $1 and facturapi_id = $2
    union all
    select id, facturapi_id, 2 from invoices where tenant_id = $1 and external_id = $3) one
   order by nth limit 1),
hurried as (
  update stamping_calls c set state = 'queued', run_at = now()
    from invoice i
   where c.tenant_id = $1 and c.invoice_id = i.id and c.kind = 'create_invoice'
     and timbra_may_hurry(c, c.priority)
  returning c.id, c.lane),
creating as (
  select c.state from stamping_calls c, invoice i
   where c.tenant_id = $1 and c.invoice_id = i.id and c.kind = 'create_invoice'
     and c.state in ('queued', 'delayed', 'calling')),
reading as (
  update stamping_calls c set asked_again = true from invoice i
   where c.tenant_id = $1 and c.invoice_id = i.id and c.kind = 'read_invoice'
     and c.state = 'calling'
  returning c.id)
select exists (select from invoice) as known,
       exists (select from reading)
         or exists (select from creating where state <> 'calling'
                       or (select facturapi_id from invoice) is null) as "onItsWay",
       (select timbra_enqueue_call($4, $1, i.id, 'read_invoice', $5::smallint, $6)
          from invoice i
         where i.facturapi_id is not null and not exists (select from reading)
           and not exists (select from creating where state <> 'calling')) as call,
       (select count(pg_notify('timbra_calls', lane::text)) from hurried) as woken`;
