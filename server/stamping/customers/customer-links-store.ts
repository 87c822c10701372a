import type { Queryable } from '../../platform/postgres/database.ts';
import type { Pair } from './bring-in-step.ts';
import { listLagMs, sameTaxIdMax } from './customer-sync-limits.ts';
import type { Candidate } from './match-customers.ts';
import { isGeneric, type SyncedFields, syncedNames } from './synced-fields.ts';
import type { TheirCustomer } from './their-customer.ts';

const COLUMNS = syncedNames.join(', ');
const RECORD = syncedNames.map((name) => `${name} text`).join(', ');

/** One of ours and what FacturAPI calls it, both locked until the end of the transaction. */
export interface Link {
  readonly facturapiId: string;
  /** Null: it is not to be taken over. */
  readonly customerId: string | null;
  readonly ours: SyncedFields | null;
  readonly version: number;
  readonly base: SyncedFields | null;
  /** A call of its own goes on with it, or it was in step a moment ago: a list may say less. */
  readonly isLeftAlone: boolean;
}

/** What is written from here on is the sync's own, and need not be sent back. */
export async function saySync(db: Queryable, tenantId: string, personId = ''): Promise<void> {
  await db.query({
    name: 'customer-sync-who',
    text: `select set_config('timbra.tenant', $1, true), set_config('timbra.via', 'sync', true),
                  set_config('timbra.person', $2, true)`,
    values: [tenantId, personId],
  });
}

/** Whoever writes links of a company does so one after another. */
export async function lockSync(db: Queryable, tenantId: string): Promise<void> {
  await db.query({
    name: 'customer-sync-lock',
    text: 'select from customer_syncs where tenant_id = $1 for update',
    values: [tenantId],
  });
}

/** Customers before links, as everybody takes them, and in the order of their ids. */
export async function lockCustomers(
  db: Queryable,
  tenantId: string,
  theirs: readonly TheirCustomer[],
): Promise<void> {
  const all = theirs.map(({ fields }) => fields);
  await db.query({
    name: 'customer-sync-lock-customers',
    text: `select from customers where tenant_id = $1 and id in (
             select customer_id from customer_links
              where tenant_id = $1 and facturapi_id = any($2::text[])
             union all
             select found.id from unnest($3::text[]) wanted (tax_id)
              cross join lateral (select c.id from customers c
                                   where c.tenant_id = $1 and c.tax_id = wanted.tax_id
                                   limit ${sameTaxIdMax}) found
             union all
             select c.id from customers c
              where c.tenant_id = $1 and c.legal_name = any($5::text[])
                and c.tax_id = any($4::text[]))
           order by id for update`,
    values: [tenantId, theirs.map(({ id }) => id), ...wantedOf(all)],
  });
}

export async function readLinks(
  db: Queryable,
  tenantId: string,
  facturapiIds: readonly string[],
  askedAt: Date,
): Promise<Link[]> {
  const { rows } = await db.query<Link>({
    name: 'customer-sync-read-links',
    text: `select l.facturapi_id as "facturapiId", l.customer_id as "customerId", l.base,
                  timbra_synced_fields(c) as ours, c.version,
                  coalesce(l.synced_at > $3::timestamptz - interval '1 ms' * $4::float8, false)
                    or exists (select from stamping_calls k where k.id = l.call_id
                                  and k.state in ('queued', 'delayed', 'calling'))
                    as "isLeftAlone"
             from customer_links l
             left join customers c on c.tenant_id = l.tenant_id and c.id = l.customer_id
            where l.tenant_id = $1 and l.facturapi_id = any($2::text[])`,
    values: [tenantId, facturapiIds, askedAt, listLagMs],
  });
  return rows.map((row) => (row.customerId === null ? { ...row, ours: null } : row));
}

/** Of ours, those that have an RFC of theirs; of a generic RFC, those that have the name too. */
export async function readCandidates(
  db: Queryable,
  tenantId: string,
  all: readonly SyncedFields[],
): Promise<Candidate[]> {
  const { rows } = await db.query<Candidate>({
    name: 'customer-sync-candidates',
    text: `select c.id, c.tax_id as "taxId", c.legal_name as "legalName",
                  exists (select from customer_links l
                           where l.tenant_id = c.tenant_id and l.customer_id = c.id
                             and l.facturapi_id is not null) as "isLinked"
             from customers c
            where c.tenant_id = $1 and c.id in (
              select found.id from unnest($2::text[]) wanted (tax_id)
               cross join lateral (select o.id from customers o
                                    where o.tenant_id = $1 and o.tax_id = wanted.tax_id
                                    limit ${sameTaxIdMax}) found
              union all
              select o.id from customers o
               where o.tenant_id = $1 and o.legal_name = any($4::text[])
                 and o.tax_id = any($3::text[]))
            order by c.id`,
    values: [tenantId, ...wantedOf(all)],
  });
  return rows;
}

/** Ours as they are now, beside theirs that they were just found to be. */
export async function readPairs(
  db: Queryable,
  tenantId: string,
  matched: ReadonlyArray<{ readonly customerId: string; readonly theirs: TheirCustomer }>,
): Promise<Pair[]> {
  const theirsOf = new Map(matched.map(({ customerId, theirs }) => [customerId, theirs]));
  const { rows } = await db.query<{ id: string; ours: SyncedFields }>({
    name: 'customer-sync-read-pairs',
    text: `select id, timbra_synced_fields(c) as ours
             from customers c where tenant_id = $1 and id = any($2::uuid[]) order by id`,
    values: [tenantId, [...theirsOf.keys()]],
  });
  return rows.map(({ id, ours }) => {
    return { customerId: id, ours, theirs: theirsOf.get(id)!, base: null };
  });
}

/** RFCs that tell whose they are; those that do not, and the names beside these. */
function wantedOf(all: readonly SyncedFields[]): [string[], string[], string[]] {
  const generic = all.filter(({ tax_id }) => isGeneric(tax_id));
  const own = all.filter(({ tax_id }) => tax_id !== null && !isGeneric(tax_id));
  const unlike = (texts: Array<string | null>) => [...new Set(texts)] as string[];
  return [
    unlike(own.map(({ tax_id }) => tax_id)),
    unlike(generic.map(({ tax_id }) => tax_id)),
    unlike(generic.map(({ legal_name }) => legal_name).filter((name) => name !== null)),
  ];
}

export interface Taken {
  readonly customerId: string;
  readonly fields: SyncedFields;
  readonly checkDigitAccepted: boolean;
}

const record = ({ customerId, fields, checkDigitAccepted }: Taken) => ({
  ...fields,
  id: customerId,
  accepted: checkDigitAccepted,
});

export async function insertTaken(db: Queryable, tenantId: string, all: readonly Taken[]) {
  if (all.length === 0) return;
  await db.query({
    name: 'customer-sync-insert',
    text: `insert into customers (tenant_id, id, ${COLUMNS}, rfc_check_digit_accepted)
           select $1, id, ${COLUMNS}, accepted
             from jsonb_to_recordset($2::jsonb) as t(id uuid, accepted boolean, ${RECORD})`,
    values: [tenantId, JSON.stringify(all.map(record))],
  });
}

/** The trigger of 008 counts the version and leaves the trace. */
export async function updateTaken(db: Queryable, tenantId: string, all: readonly Taken[]) {
  if (all.length === 0) return;
  const set = syncedNames.map((name) => `${name} = t.${name}`).join(', ');
  await db.query({
    name: 'customer-sync-update',
    text: `update customers c
              set ${set}, rfc_check_digit_accepted = c.rfc_check_digit_accepted or t.accepted
             from jsonb_to_recordset($2::jsonb) as t(id uuid, accepted boolean, ${RECORD})
            where c.tenant_id = $1 and c.id = t.id`,
    values: [tenantId, JSON.stringify(all.map(record))],
  });
}

export interface LinkChange {
  readonly facturapiId: string;
  readonly customerId: string;
  /** Undefined: it stays as it was. */
  readonly base: SyncedFields | null | undefined;
  readonly due: boolean;
}

/** Known links move on; a customer of ours that had none gets its own. */
export async function writeLinks(db: Queryable, tenantId: string, all: readonly LinkChange[]) {
  if (all.length === 0) return;
  const rows = all.map(({ facturapiId, customerId, base, due }) => ({
    facturapi_id: facturapiId,
    customer_id: customerId,
    keeps_base: base === undefined,
    base: base ?? null,
    due,
  }));
  await db.query({
    name: 'customer-sync-write-links',
    text: `insert into customer_links as l
                  (tenant_id, customer_id, facturapi_id, base, due, seen_at, synced_at)
           select $1, customer_id, facturapi_id, nullif(base, 'null'), due, now(),
                  case when not keeps_base then now() end
             from jsonb_to_recordset($2::jsonb)
                  as t(customer_id uuid, facturapi_id text, keeps_base boolean, base jsonb,
                       due boolean)
            order by customer_id
           on conflict (tenant_id, customer_id) do update
             set facturapi_id = excluded.facturapi_id, due = excluded.due, seen_at = now(),
                 base = case when excluded.synced_at is null then l.base else excluded.base end,
                 synced_at = coalesce(excluded.synced_at, l.synced_at)`,
    values: [tenantId, JSON.stringify(rows)],
  });
}

/** FacturAPI has them still, though nothing follows from what this page says of them. */
export async function noteSeen(db: Queryable, tenantId: string, facturapiIds: readonly string[]) {
  if (facturapiIds.length === 0) return;
  await db.query({
    name: 'customer-sync-note-seen',
    text: `update customer_links set seen_at = now()
            where tenant_id = $1 and facturapi_id = any($2::text[])`,
    values: [tenantId, facturapiIds],
  });
}

/** Not to be taken over, now or later. */
export async function leaveOut(db: Queryable, tenantId: string, facturapiIds: readonly string[]) {
  if (facturapiIds.length === 0) return;
  await db.query({
    name: 'customer-sync-leave-out',
    text: `insert into customer_links (tenant_id, facturapi_id, seen_at)
           select $1, id, now() from unnest($2::text[]) id order by id on conflict do nothing`,
    values: [tenantId, facturapiIds],
  });
}
