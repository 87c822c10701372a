import { notFound } from '../platform/http/problem.ts';
import type { Queryable } from '../platform/postgres/database.ts';
import { isoInstant } from '../platform/postgres/json-instant.ts';
import type { TenantId } from '../tenants/tenants.ts';
import {
  attemptWords,
  callWords,
  decisionWords,
  problemWords,
  versionWords,
} from './history-words.ts';

/** What happened to an invoice, oldest first, each entry with a sentence for its accountant. */
export interface InvoiceHistory {
  readonly data: readonly HistoryEntry[];
  /** The call that goes on with it, or that waits for a person. */
  readonly call: OpenCall | null;
}

export type HistoryEntry = AttemptEntry | VersionEntry | DecisionEntry;

interface EntryBase {
  readonly at: string;
  readonly detail: string;
}

export interface AttemptEntry extends EntryBase {
  readonly type: 'attempt';
  readonly kind: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly http_status: number | null;
  readonly code: string | null;
  /** X-Facturapi-Log-Id: what FacturAPI's support asks for. */
  readonly log_id: string | null;
  readonly started_at: string;
  readonly took_ms: number;
}

export interface VersionEntry extends EntryBase {
  readonly type: 'version';
  readonly version: number;
  readonly status: string;
  /** The document's external_id at FacturAPI. */
  readonly key: string | null;
  readonly date: string;
  readonly rejection: { readonly code: string; readonly detail: string } | null;
  readonly by: string | null;
}

export interface DecisionEntry extends EntryBase {
  readonly type: 'decision';
  readonly decision: string;
  readonly why: string | null;
  readonly by: string | null;
}

export interface OpenCall {
  readonly kind: string;
  readonly state: string;
  readonly attempts: number;
  readonly next_try_at: string | null;
  readonly last_problem: { readonly code: string; readonly detail: string } | null;
  readonly detail: string;
}

/** Of an invoice that was polled for days the newest are shown. */
export const entriesMax = 500;

export async function readInvoiceHistory(
  db: Queryable,
  tenantId: TenantId,
  id: string,
): Promise<InvoiceHistory> {
  const { rows } = await db.query<{ entries: Row[] | null; call: CallRow | null }>({
    name: 'invoice-history',
    text: HISTORY,
    values: [tenantId, id, entriesMax],
  });
  const row = rows[0];
  if (!row) throw notFound();
  return { data: (row.entries ?? []).map(toEntry), call: row.call && toCall(row.call) };
}

const HISTORY = `
with attempts as (
  select started_at as at, json_build_object('type', 'attempt', 'kind', kind, 'attempt', attempt,
           'outcome', outcome, 'http_status', http_status, 'code', code, 'log_id', log_id,
           'started_at', started_at,
           'took_ms', round(extract(epoch from ended_at - started_at) * 1000)::int) as entry
    from stamping_attempts where tenant_id = $1 and invoice_id = $2 order by id desc limit $3),
versions as (
  select v.replaced_at as at, json_build_object('type', 'version', 'version', v.version,
           'status', v.status, 'key', v.external_id, 'date', v.date, 'rejection', v.rejection,
           'by', p.name) as entry
    from invoice_versions v left join people p on p.id = v.replaced_by
   where v.tenant_id = $1 and v.invoice_id = $2 order by v.version desc limit $3),
decisions as (
  select d.decided_at as at, json_build_object('type', 'decision', 'decision', d.decision,
           'why', d.why, 'by', p.name) as entry
    from stamping_decisions d left join people p on p.id = d.decided_by
   where d.tenant_id = $1 and d.invoice_id = $2 order by d.id desc limit $3),
newest as (
  select * from (select * from attempts union all select * from versions
                 union all select * from decisions) every_one
   order by at desc limit $3),
call as (
  select c.kind, c.state, c.attempts, c.last_problem,
         case when c.state in ('queued', 'delayed') then c.run_at end as next_try_at
    from stamping_calls c
   where c.tenant_id = $1 and c.invoice_id = $2 and c.state <> 'done'
     -- one that was asked for again meanwhile is the past
     and not exists (select from stamping_calls n
                      where n.tenant_id = c.tenant_id and n.invoice_id = c.invoice_id
                        and n.kind = c.kind and n.id > c.id)
   order by c.kind = 'create_invoice' desc, c.id desc limit 1)
select (select json_agg(entry::jsonb || jsonb_build_object('at', at) order by at) from newest)
         as entries,
       (select row_to_json(call) from call) as call
  from invoices where tenant_id = $1 and id = $2`;

interface StoredProblem {
  readonly code?: string;
  readonly message?: string;
}

type Row =
  | (Omit<AttemptEntry, 'detail'> & { readonly type: 'attempt' })
  | (Omit<VersionEntry, 'detail' | 'rejection'> & { readonly rejection: StoredProblem | null })
  | Omit<DecisionEntry, 'detail'>;
type CallRow = Omit<OpenCall, 'detail' | 'last_problem'> & {
  readonly last_problem: StoredProblem | null;
};

function toEntry(row: Row): HistoryEntry {
  const at = isoInstant(row.at);
  switch (row.type) {
    case 'attempt':
      return { ...row, at, started_at: isoInstant(row.started_at), detail: attemptWords(row) };
    case 'version': {
      const rejection = row.rejection && problemWords(row.rejection);
      return { ...row, at, date: isoInstant(row.date), rejection, detail: versionWords(row) };
    }
    case 'decision':
      return { ...row, at, detail: decisionWords(row) };
  }
}

function toCall(row: CallRow): OpenCall {
  return {
    ...row,
    next_try_at: row.next_try_at && isoInstant(row.next_try_at),
    last_problem: row.last_problem && problemWords(row.last_problem),
    detail: callWords(row),
  };
}
