import type pg from 'pg';
import { notFound, Problem } from '../platform/http/problem.ts';
import { inTransaction, type Queryable } from '../platform/postgres/database.ts';
import type { Principal } from '../sessions/sessions.ts';
import { interactivePriority, type Lane, noteDecision } from '../stamping/stamping.ts';
import type { TenantId } from '../tenants/tenants.ts';
import type { InvoiceStatus } from './invoices.ts';
import { notInStatus } from './status-words.ts';

/**
 * What a person makes of an invoice that FacturAPI may or may not have stamped:
 *
 *   review ── look_again ──> queued: one more look-up; found: adopted, nothing: review again
 *          ── adopt ───────> pending: read by the id that the person saw in FacturAPI
 *          ── not_stamped ─> rejected: it can be corrected and reissued
 */
export type ReviewDecision =
  | { readonly decision: 'look_again' | 'not_stamped'; readonly why: string }
  | { readonly decision: 'adopt'; readonly why: string; readonly facturapiId: string };

export interface ReviewRequest {
  readonly principal: Principal;
  readonly id: string;
  readonly requestId: string;
  readonly verdict: ReviewDecision;
}

interface InReview {
  readonly status: InvoiceStatus;
  readonly rejection: object | null;
  readonly facturapiId: string | null;
}

/** The invoice's row is locked throughout, before its call's: of two verdicts one counts. */
export async function decideReview(pool: pg.Pool, lane: Lane, r: ReviewRequest): Promise<void> {
  const { principal, id, verdict } = r;
  const { tenantId } = principal;
  await inTransaction(pool, async (client) => {
    const invoice = await lockInvoice(client, tenantId, id);
    if (!invoice) throw notFound();
    if (invoice.status !== 'review') {
      throw notInStatus('not_in_review', invoice.status, 'Solo se decide sobre una en revisión.');
    }
    const callId = await carryOut(client, lane, r, invoice);
    await noteDecision(client as Queryable, {
      tenantId,
      invoiceId: id,
      callId,
      decision: verdict.decision,
      why: wordsOf(verdict, invoice),
      decidedBy: principal.personId,
    });
  });
}

/** The ids at FacturAPI that it was about, which the invoice itself may keep no longer. */
function wordsOf(verdict: ReviewDecision, invoice: InReview): string {
  const id = verdict.decision === 'adopt' ? verdict.facturapiId : invoice.facturapiId;
  return id === null ? verdict.why : `${verdict.why} (FacturAPI: ${id})`;
}

async function lockInvoice(client: pg.PoolClient, tenantId: TenantId, id: string) {
  const { rows } = await client.query<InReview>(
    `select status, rejection, facturapi_id as "facturapiId"
       from invoices where tenant_id = $1 and id = $2 for update`,
    [tenantId, id],
  );
  return rows[0];
}

/** Answers the id of the call that it concerns. */
async function carryOut(
  client: pg.PoolClient,
  lane: Lane,
  r: ReviewRequest,
  invoice: InReview,
): Promise<number | undefined> {
  const { tenantId } = r.principal;
  switch (r.verdict.decision) {
    case 'not_stamped':
      await changeInvoice(client, tenantId, r.id, { ...invoice, status: 'rejected' });
      return closeCall(client, tenantId, r.id);
    case 'look_again': {
      // By its external_id, and not by an id at FacturAPI that may be the wrong one.
      await changeInvoice(client, tenantId, r.id, { status: 'queued', facturapiId: null });
      // When the look-up finds nothing, this is what the person will read again.
      const doubt = invoice.rejection ?? { code: 'review', message: 'No se sabe si se timbró.' };
      return queueAgain(client, lane, r, { code: 'look_again', doubt });
    }
    case 'adopt': {
      const { facturapiId } = r.verdict;
      await refuseTaken(client, tenantId, r.id, facturapiId);
      await changeInvoice(client, tenantId, r.id, { status: 'pending', facturapiId });
      return queueAgain(client, lane, r, { code: 'adopt' });
    }
  }
}

async function refuseTaken(client: pg.PoolClient, tenantId: TenantId, id: string, taken: string) {
  const { rows } = await client.query<{ folio: string }>(
    `select series || folio_number as folio from invoices
      where tenant_id = $1 and facturapi_id = $2 and id <> $3`,
    [tenantId, taken, id],
  );
  if (!rows[0]) return;
  const detail = `Ese CFDI de FacturAPI ya corresponde a la factura ${rows[0].folio}.`;
  throw new Problem(409, 'facturapi_id_taken', detail);
}

/** What it was held for stays with a rejected one: it says why. */
async function changeInvoice(
  client: pg.PoolClient,
  tenantId: TenantId,
  id: string,
  o: { status: InvoiceStatus; facturapiId: string | null },
) {
  await client.query(
    `with changed as (
       update invoices
          set status = $3, facturapi_id = $4, updated_at = now(),
              rejection = case when $3 = 'rejected' then rejection end
        where tenant_id = $1 and id = $2 returning tenant_id, id, status)
     select pg_notify('timbra_invoices', json_build_object('tenant', tenant_id, 'invoice', id,
              'kind', 'create_invoice', 'status', status)::text) from changed`,
    [tenantId, id, o.status, o.facturapiId],
  );
}

const DEAD_CALL = `
  state = 'dead' and id = (select id from stamping_calls
                            where tenant_id = $1 and invoice_id = $2 and kind = 'create_invoice'
                            order by id desc limit 1)`;

async function closeCall(client: pg.PoolClient, tenantId: TenantId, id: string) {
  const { rows } = await client.query<{ id: number }>(
    `update stamping_calls set state = 'done', done_at = now() where ${DEAD_CALL} returning id`,
    [tenantId, id],
  );
  return rows[0]?.id;
}

/** As of unknown outcome: it is looked for before anything is sent. */
async function queueAgain(client: pg.PoolClient, lane: Lane, r: ReviewRequest, problem: object) {
  const { tenantId } = r.principal;
  const { rows } = await client.query<{ id: number }>(
    `with queued as (
       update stamping_calls
          set state = 'queued', run_at = now(), done_at = null, outcome_unknown = true,
              empty_look_ups = 0, deaths = 0, priority = $4, request_id = $5,
              last_problem = $3::jsonb
        where ${DEAD_CALL} returning id, lane)
     select id, pg_notify('timbra_calls', lane::text) from queued`,
    [tenantId, r.id, JSON.stringify(problem), interactivePriority, r.requestId],
  );
  return rows[0]?.id ?? queueAnew(client, lane, r, problem);
}

/** Its call is no longer there to be taken up. */
async function queueAnew(client: pg.PoolClient, lane: Lane, r: ReviewRequest, problem: object) {
  const { rows } = await client.query<{ id: number }>(
    `select timbra_enqueue_call($1::int, $2, $3, 'create_invoice', $4::smallint, $5) as id`,
    [lane, r.principal.tenantId, r.id, interactivePriority, r.requestId],
  );
  const callId = rows[0]!.id;
  await client.query(
    'update stamping_calls set outcome_unknown = true, last_problem = $2::jsonb where id = $1',
    [callId, JSON.stringify(problem)],
  );
  return callId;
}
