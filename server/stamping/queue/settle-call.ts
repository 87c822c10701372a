import type pg from 'pg';
import { inTransaction, type Queryable } from '../../platform/postgres/database.ts';
import type { ClaimedCall } from './stamping-queue.ts';

/** What one attempt ended in: the call's next state, and what changes on the invoice. */
export interface Settlement {
  /** `queued`: its tenant rests, and it keeps its place in the queue. */
  readonly state: 'queued' | 'done' | 'delayed' | 'dead';
  readonly delayMs?: number;
  readonly outcomeUnknown?: boolean;
  readonly emptyLookUps?: number;
  /** FacturAPI may be at work on the call that was given up for so long. */
  readonly slotMs?: number;
  readonly problem?: unknown;
  readonly invoice?: InvoiceChange;
  readonly file?: { readonly kind: 'xml' | 'pdf'; readonly content: Buffer };
  /** No call of this tenant before so long. */
  readonly pause?: Pause;
  /** What else is written in the same transaction. */
  readonly alongside?: (db: Queryable) => Promise<void>;
}

export interface Pause {
  /** 429, or a key, subscription or certificate that is refused. */
  readonly reason: 'busy' | 'blocked';
  readonly restMs: number;
  readonly problem?: unknown;
}

export interface InvoiceChange {
  readonly status: 'queued' | 'pending' | 'valid' | 'rejected' | 'review' | 'expired' | 'canceled';
  readonly facturapiId?: string;
  readonly uuid?: string;
  readonly stamp?: unknown;
  readonly verificationUrl?: string;
  readonly rejection?: unknown;
  readonly warnings?: unknown;
  readonly cancellationStatus?: string;
}

export interface Attempt {
  readonly outcome: string;
  readonly httpStatus?: number | undefined;
  readonly code?: string | undefined;
  readonly logId?: string | undefined;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

export interface SettleOptions {
  readonly call: ClaimedCall;
  readonly lane: number;
  readonly epoch: number;
  readonly settlement: Settlement;
  readonly attempt: Attempt;
  /** For the XML that a stamped invoice asks for next. */
  readonly housekeepingPriority: number;
}

/**
 * Writes an attempt's end in one statement, so in one transaction: the call, the invoice, the
 * file, the history, the next call and the wake-up of whoever waits. Fenced: when another leader
 * has taken the call over, nothing is written and the answer is false.
 */
export async function settleCall(pool: pg.Pool, o: SettleOptions): Promise<boolean> {
  const { alongside } = o.settlement;
  if (!alongside) return settle(pool, o);
  return inTransaction(pool, async (client) => {
    const settled = await settle(client as Queryable, o);
    if (settled) await alongside(client as Queryable);
    return settled;
  });
}

async function settle(db: Queryable, o: SettleOptions): Promise<boolean> {
  const { call, settlement: s, attempt: a } = o;
  const { rows } = await db.query<{ settled: number }>({
    name: 'settle-call',
    text: SETTLE,
    values: [
      call.id,
      o.epoch,
      s.state,
      s.delayMs ?? 0,
      s.outcomeUnknown ?? false,
      s.emptyLookUps ?? 0,
      json(s.problem),
      s.invoice?.status ?? null,
      s.invoice?.facturapiId ?? null,
      s.invoice?.uuid ?? null,
      json(s.invoice?.stamp),
      s.invoice?.verificationUrl ?? null,
      json(s.invoice?.rejection),
      s.file?.kind ?? null,
      s.file?.content ?? null,
      a.outcome,
      a.httpStatus ?? null,
      a.code ?? null,
      a.logId ?? null,
      a.startedAt,
      a.endedAt,
      o.lane,
      o.housekeepingPriority,
      json(s.invoice?.warnings),
      call.requestId,
      call.attempts,
      s.slotMs ?? 0,
      s.pause?.reason ?? null,
      s.pause?.restMs ?? 0,
      json(s.pause?.problem),
      s.invoice?.cancellationStatus ?? null,
    ],
  });
  return (rows[0]?.settled ?? 0) > 0;
}

function json(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

const SETTLE = `
with settled as (
  update stamping_calls
     set state = $3, outcome_unknown = $5,
         run_at = case when $3 = 'queued' then run_at
                       else now() + $4::float8 * interval '1 ms' end,
         empty_look_ups = $6, last_problem = $7::jsonb, claimed_by = null, deadline = null,
         slot_until = case when $27::float8 > 0 then now() + $27::float8 * interval '1 ms' end,
         done_at = case when $3 in ('done', 'dead') then now() end
   -- the attempt too: a result that is written again must never land on the next attempt
   where id = $1 and claimed_by = $2 and attempts = $26 and state = 'calling'
  returning id, tenant_id, invoice_id, kind, attempts),
history as (
  insert into stamping_attempts (tenant_id, invoice_id, call_id, kind, attempt, epoch, outcome,
                                 http_status, code, log_id, started_at, ended_at)
  select tenant_id, invoice_id, id, kind, attempts, $2, $16, $17, $18, $19, $20, $21 from settled),
paused as (
  insert into stamping_pauses (tenant_id, reason, until, problem)
  select tenant_id, $28, now() + $29::float8 * interval '1 ms', $30::jsonb
    from settled where $28::text is not null
  on conflict (tenant_id, reason) do update
    set until = greatest(stamping_pauses.until, excluded.until), problem = excluded.problem),
changed as (
  update invoices i
     set status = $8, updated_at = now(),
         facturapi_id = coalesce($9, i.facturapi_id),
         uuid = coalesce($10::uuid, i.uuid),
         stamp = coalesce($11::jsonb, i.stamp),
         stamped_at = case when $8 = 'valid' then coalesce(i.stamped_at, now())
                           else i.stamped_at end,
         verification_url = coalesce($12, i.verification_url),
         warnings = coalesce($24::jsonb, i.warnings),
         cancellation_status = coalesce($31, i.cancellation_status),
         rejection = case when $8 = 'valid' then null else coalesce($13::jsonb, i.rejection) end
    from settled s
   where $8::text is not null and i.tenant_id = s.tenant_id and i.id = s.invoice_id
     -- a read of the version that a reissue has replaced meanwhile
     and (s.kind <> 'read_invoice' or i.facturapi_id = $9)
     and (i.status in ('queued', 'stamping', 'pending', 'review')
          or i.status in ('valid', 'canceled') and $8 in ('valid', 'canceled'))
  returning i.tenant_id, i.id, i.status),
filed as (
  insert into invoice_files (tenant_id, invoice_id, kind, content)
  select tenant_id, invoice_id, $14, $15 from settled where $14::text is not null
  on conflict do nothing)
select count(*)::int as settled,
       (select timbra_enqueue_call($22, tenant_id, id, 'fetch_xml', $23::smallint, $25)
          from changed c where status = 'valid' and not exists (
            select from invoice_files f where f.tenant_id = c.tenant_id and f.invoice_id = c.id
               and f.kind = 'xml')) as xml_call,
       (select pg_notify('timbra_invoices', json_build_object(
                 'tenant', tenant_id, 'invoice', invoice_id, 'kind', kind, 'call', $3::text,
                 'call_id', id,
                 'status', (select status from changed))::text)
          from settled) as woken
  from settled`;
