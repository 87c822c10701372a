import type { Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { priorities } from '../queue/priorities.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import type { Lane } from '../stamping.ts';
import type { Asked, TaxCheck } from './ask-customer.ts';
import type { TheirCustomer } from './their-customer.ts';

/** For whoever waits; removed soon after. */
export async function keepAnswer(
  db: Queryable,
  call: AccountCall,
  status: number,
  body: unknown,
): Promise<void> {
  await db.query({
    name: 'customer-sync-keep-answer',
    text: `insert into stamping_answers (call_id, tenant_id, status, body)
           values ($1, $2, $3, $4::jsonb) on conflict do nothing`,
    values: [call.id, call.tenantId, status, JSON.stringify(body ?? null)],
  });
}

/** The latest, of the version that it was asked of; nothing when the customer is gone. */
export async function keepTaxCheck(
  db: Queryable,
  tenantId: string,
  o: { readonly customerId: string; readonly version: number; readonly check: TaxCheck },
): Promise<void> {
  await db.query({
    name: 'customer-sync-keep-tax-check',
    text: `insert into customer_tax_checks (tenant_id, customer_id, version, valid, errors)
           select $1, id, $3, $4, $5::jsonb from customers where tenant_id = $1 and id = $2
           on conflict (tenant_id, customer_id) do update
             set version = excluded.version, valid = excluded.valid, errors = excluded.errors,
                 checked_at = now()`,
    values: [tenantId, o.customerId, o.version, o.check.valid, JSON.stringify(o.check.errors)],
  });
}

/** What the customer corrects there is looked for by the next whole run. */
export async function keepSentLink(
  db: Queryable,
  tenantId: string,
  customerId: string,
  theirs: TheirCustomer | undefined,
): Promise<void> {
  await db.query({
    name: 'customer-sync-keep-sent-link',
    text: `update customer_links
              set edit_link = $3, edit_link_expires_at = $4, edit_link_sent_at = now()
            where tenant_id = $1 and customer_id = $2`,
    values: [tenantId, customerId, theirs?.editLink ?? null, theirs?.editLinkExpiresAt ?? null],
  });
}

export interface CustomerStanding {
  readonly version: number;
  readonly facturapiId: string | null;
  /** Ours is what FacturAPI has. */
  readonly inStep: boolean;
  /** Of the difference that waits for a person. */
  readonly difference: {
    readonly id: number;
    readonly kind: string;
    readonly problem: { readonly code?: string; message?: string; errors?: unknown[] } | null;
  } | null;
  readonly syncedAt: Date | null;
  readonly check: (TaxCheck & { readonly version: number; readonly checkedAt: string }) | null;
  readonly editLink: string | null;
  readonly editLinkExpiresAt: Date | null;
  readonly editLinkSentAt: Date | null;
}

/** How one customer stands with FacturAPI; undefined when it is none of this company's. */
export async function readStanding(
  db: Queryable,
  tenantId: TenantId,
  customerId: string,
): Promise<CustomerStanding | undefined> {
  const { rows } = await db.query<CustomerStanding>({
    name: 'customer-sync-standing',
    text: `select c.version, l.facturapi_id as "facturapiId",
                  coalesce(l.facturapi_id is not null and not l.due, false) as "inStep",
                  l.synced_at as "syncedAt", l.edit_link as "editLink",
                  l.edit_link_expires_at as "editLinkExpiresAt",
                  l.edit_link_sent_at as "editLinkSentAt",
                  (select jsonb_build_object('id', d.id, 'kind', d.kind, 'problem', d.problem)
                     from customer_differences d
                    where d.tenant_id = $1 and d.customer_id = $2 and d.ended_at is null
                    order by d.id limit 1) as difference,
                  (select jsonb_build_object('version', k.version, 'valid', k.valid,
                            'errors', k.errors, 'checkedAt', k.checked_at)
                     from customer_tax_checks k
                    where k.tenant_id = $1 and k.customer_id = $2) as check
             from customers c
             left join customer_links l on l.tenant_id = c.tenant_id and l.customer_id = c.id
            where c.tenant_id = $1 and c.id = $2`,
    values: [tenantId, customerId],
  });
  return rows[0];
}

/** Has one customer brought in step now, for a person who waits; answers the call's id. */
export async function askSyncNow(
  db: Queryable,
  lane: Lane,
  tenantId: TenantId,
  o: { readonly customerId: string; readonly requestId: string },
): Promise<number | undefined> {
  await db.query({
    name: 'customer-sync-want-link',
    text: `insert into customer_links (tenant_id, customer_id, due)
           select tenant_id, id, true from customers where tenant_id = $1 and id = $2
           on conflict do nothing`,
    values: [tenantId, o.customerId],
  });
  const { rows } = await db.query<{ id: number | null }>({
    name: 'customer-sync-ask-now',
    text: 'select timbra_ask_customer_sync($1, $2, $3, $4::smallint, $5) as id',
    values: [lane, tenantId, o.customerId, priorities.read, o.requestId],
  });
  return rows[0]?.id ?? undefined;
}

/** Of one company at once: a question stands before every creation, also those of others. */
export const questionsOpenMax = 2;

/** The call's id, or undefined when the company has too many open. */
export async function askAboutCustomer(
  db: Queryable,
  lane: Lane,
  tenantId: TenantId,
  o: {
    readonly asked: Asked & { readonly customer: string; readonly facturapi_id: string };
    readonly requestId: string;
    readonly waitMs: number;
  },
): Promise<number | undefined> {
  const { rows } = await db.query<{ id: number }>({
    name: 'customer-sync-ask-about',
    text: `select timbra_enqueue_call($1, $2, null, 'ask_customer', $3::smallint, $4, $5::jsonb,
                                      now() + $6::float8 * interval '1 ms') as id
            where (select count(*) from stamping_calls
                    where tenant_id = $2 and kind = 'ask_customer'
                      and state in ('queued', 'delayed', 'calling')
                      and coalesce(expires_at, 'infinity') > now()) < $7`,
    values: [
      lane,
      tenantId,
      priorities.read,
      o.requestId,
      JSON.stringify(o.asked),
      o.waitMs,
      questionsOpenMax,
    ],
  });
  return rows[0]?.id;
}
