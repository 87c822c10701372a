import type pg from 'pg';
import { notFound, Problem } from '../../platform/http/problem.ts';
import { inTransaction, type Queryable } from '../../platform/postgres/database.ts';
import { isoInstant } from '../../platform/postgres/json-instant.ts';
import { noteDecision } from '../stamping.ts';

/** Calls that do not go on by themselves, for the operator. */
export interface DeadLetter {
  readonly id: number;
  readonly lane: number;
  readonly kind: string;
  readonly tenant: { readonly id: string; readonly name: string };
  readonly invoice: {
    readonly id: string;
    readonly series: string;
    readonly folio_number: number;
    readonly status: string;
  } | null;
  readonly attempts: number;
  readonly deaths: number;
  readonly problem: unknown;
  readonly request_id: string | null;
  readonly created_at: string;
  readonly died_at: string | null;
}

/** Newest first; `cursor` is the id of the last one of the page before. */
export async function listDeadLetters(
  db: Queryable,
  { cursor, limit }: { readonly cursor?: number | undefined; readonly limit: number },
): Promise<DeadLetter[]> {
  const { rows } = await db.query<{ letter: DeadLetter }>({
    name: 'list-dead-letters',
    text: `select json_build_object(
                    'id', c.id, 'lane', c.lane, 'kind', c.kind, 'attempts', c.attempts,
                    'tenant', json_build_object('id', t.id, 'name', t.name),
                    'invoice', case when i.id is not null then json_build_object(
                      'id', i.id, 'series', i.series, 'folio_number', i.folio_number,
                      'status', i.status) end,
                    'deaths', c.deaths, 'problem', coalesce(c.last_problem, i.rejection),
                    'request_id', c.request_id, 'created_at', c.created_at,
                    'died_at', c.done_at) as letter
             from stamping_calls c
             join tenants t on t.id = c.tenant_id
             left join invoices i on i.tenant_id = c.tenant_id and i.id = c.invoice_id
            where c.state = 'dead' and ($1::bigint is null or c.id < $1)
            order by c.id desc limit $2`,
    values: [cursor ?? null, limit],
  });
  return rows.map(({ letter }) => ({
    ...letter,
    created_at: isoInstant(letter.created_at),
    died_at: letter.died_at && isoInstant(letter.died_at),
  }));
}

export interface DeadLetterOrder {
  readonly callId: number;
  readonly why: string;
  readonly orderedBy: string;
}

interface Dead {
  readonly tenantId: string;
  readonly invoiceId: string | null;
  readonly kind: string;
  readonly state: string;
  readonly status: string | null;
}

/**
 * Tries it once more, attempts counted on. A creation is looked for before anything is sent; and
 * what made it doubtful stays with it, so that finding nothing asks a person again. Only a fault
 * of ours says nothing of FacturAPI: then it is sent, if two look-ups find nothing.
 */
export async function retryDeadLetter(pool: pg.Pool, order: DeadLetterOrder): Promise<void> {
  await inTransaction(pool, async (client) => {
    const dead = await lockDead(client, order.callId);
    if (dead.kind === 'create_invoice' && dead.status !== 'review') {
      const detail = 'La factura ya no está en revisión: esta llamada solo se puede cerrar.';
      throw new Problem(409, 'invoice_already_decided', detail);
    }
    await client.query(RETRY, [order.callId, OUR_FAULTS]).catch((error) => {
      throw isAskedAnew(error) ? askedAnew(error) : error;
    });
    if (dead.kind === 'create_invoice') await client.query(QUEUE_INVOICE, [order.callId]);
    await noteDecision(client as Queryable, {
      ...dead,
      ...order,
      decision: 'retry',
      decidedBy: order.orderedBy,
    });
  });
}

/** Gives it up. A creation in review is the company's to decide. */
export async function closeDeadLetter(pool: pg.Pool, order: DeadLetterOrder): Promise<void> {
  await inTransaction(pool, async (client) => {
    const dead = await lockDead(client, order.callId);
    if (dead.kind === 'create_invoice' && dead.status === 'review') {
      const detail = 'La factura está en revisión: su empresa decide si quedó timbrada o no.';
      throw new Problem(409, 'invoice_in_review', detail);
    }
    await client.query(`update stamping_calls set state = 'done', done_at = now() where id = $1`, [
      order.callId,
    ]);
    await noteDecision(client as Queryable, {
      ...dead,
      ...order,
      decision: 'close',
      decidedBy: order.orderedBy,
    });
  });
}

const OUR_FAULTS = ['attempt_crashed', 'attempt_killed_process', 'result_not_writable'];

const RETRY = `
with retried as (
  update stamping_calls c
     set state = 'queued', run_at = now(), done_at = null, deaths = 0, empty_look_ups = 0,
         outcome_unknown = c.kind = 'create_invoice',
         last_problem = case when c.kind = 'create_invoice' then (
           select jsonb_build_object('code', 'retry', 'doubt', i.rejection) from invoices i
            where i.tenant_id = c.tenant_id and i.id = c.invoice_id
              and i.rejection ->> 'code' <> all($2::text[])) end
   where c.id = $1 returning c.lane)
select pg_notify('timbra_calls', lane::text) from retried`;

const QUEUE_INVOICE = `
with changed as (
  update invoices i
     set status = case when i.facturapi_id is null then 'queued' else 'pending' end,
         rejection = null, updated_at = now()
    from stamping_calls c
   where c.id = $1 and i.tenant_id = c.tenant_id and i.id = c.invoice_id
  returning i.tenant_id, i.id, i.status)
select pg_notify('timbra_invoices', json_build_object('tenant', tenant_id, 'invoice', id,
         'kind', 'create_invoice', 'status', status)::text) from changed`;

/** The invoice's row first, then the call's: as the company's own decision locks them. */
async function lockDead(client: pg.PoolClient, callId: number): Promise<Dead> {
  await client.query(
    `select from invoices i join stamping_calls c
         on i.tenant_id = c.tenant_id and i.id = c.invoice_id
      where c.id = $1 for update of i`,
    [callId],
  );
  const { rows } = await client.query<Dead>(
    `select c.tenant_id as "tenantId", c.invoice_id as "invoiceId", c.kind, c.state, i.status
       from stamping_calls c
       left join invoices i on i.tenant_id = c.tenant_id and i.id = c.invoice_id
      where c.id = $1 for update of c`,
    [callId],
  );
  const call = rows[0];
  if (!call) throw notFound();
  if (call.state === 'dead') return call;
  const detail = 'Esta llamada ya no está detenida: alguien la reintentó o la cerró.';
  throw new Problem(409, 'call_not_dead', detail);
}

function isAskedAnew(error: unknown): boolean {
  return (error as { constraint?: unknown }).constraint === 'stamping_calls_open';
}

function askedAnew(cause: unknown): Problem {
  const detail = 'Ya hay otra llamada igual en la cola: cierra esta.';
  return new Problem(409, 'call_already_open', detail, { cause });
}
