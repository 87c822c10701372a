import type pg from 'pg';
import type { Known } from '../server/customers/search/made-up-queries.ts';
import { seedCustomers } from '../server/customers/seed/seed-customers.ts';
import { newId } from '../server/platform/clock.ts';
import { hashPassword } from '../server/tenants/passwords.ts';
import { ensurePerson } from '../server/tenants/people-store.ts';
import type { TenantId } from '../server/tenants/tenants.ts';
import { ensureTenant } from '../server/tenants/tenants-store.ts';
import { Person } from '../test/support/person.ts';

export const password = 'timbra-bench';

export async function makeCompany(admin: pg.Pool, name: string): Promise<TenantId> {
  return ensureTenant(admin, {
    id: newId(),
    name,
    legal_name: 'ESCUELA KEMPER URGATE',
    tax_id: 'EKU9003173C9',
    tax_system: '601',
    zip: '42501',
    livemode: false,
    facturapiKeySealed: Buffer.from('sealed'),
  });
}

export async function fillCompany(
  admin: pg.Pool,
  tenantId: TenantId,
  o: { count: number; seed: number; signal?: AbortSignal },
): Promise<void> {
  await seedCustomers(admin, tenantId, { ...o, newId });
}

export async function tidyUp(admin: pg.Pool): Promise<void> {
  await admin.query('vacuum analyze');
  await admin.query('checkpoint');
}

/** Somebody of each of these companies, signed in; the password is hashed once for all. */
export async function signInPeople(
  admin: pg.Pool,
  url: string,
  companies: readonly TenantId[],
): Promise<string[]> {
  const passwordHash = await hashPassword(password);
  const cookies: string[] = [];
  for (const [i, tenantId] of companies.entries()) {
    const email = `typist${i}@bench.mx`;
    const person = { id: newId(), email, name: email, passwordHash, isOperator: false };
    await ensurePerson(admin, tenantId, 'issuer', person);
    cookies.push((await Person.signIn(url, email, password)).cookie);
  }
  return cookies;
}

/** Any so many of a company's, the same ones for the same data. */
export async function someCustomers(
  db: Pick<pg.Pool, 'query'>,
  tenantId: TenantId,
  count: number,
): Promise<Known[]> {
  const { rows } = await db.query<Known>(
    `select id, legal_name, tax_id, email from customers
      where tenant_id = $1 order by md5(tax_id || legal_name), id limit $2`,
    [tenantId, count],
  );
  return rows;
}

export async function countAll(db: Pick<pg.Pool, 'query'>): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*)::int as n from customers');
  return rows[0]!.n;
}

/** Invoices to some of a company's customers, the first ones most often: `uses[i]` to the i-th. */
export async function noteUses(
  admin: Pick<pg.Pool, 'query'>,
  tenantId: TenantId,
  uses: ReadonlyArray<{ readonly id: string; readonly times: number }>,
): Promise<void> {
  await admin.query(
    `insert into customer_uses (tenant_id, customer_id, used_at)
     select $1, id, now() - (nth * 7) * interval '1 day'
       from unnest($2::uuid[], $3::int[]) as u(id, times), generate_series(0, times - 1) nth`,
    [tenantId, uses.map(({ id }) => id), uses.map(({ times }) => times)],
  );
}

export async function sizesOf(db: Pick<pg.Pool, 'query'>): Promise<Record<string, number>> {
  const { rows } = await db.query<{ name: string; mb: number }>(
    `select relname as name, (pg_total_relation_size(oid) / 1048576)::int as mb from pg_class
      where relname in ('customers', 'customer_words', 'search_vocabulary') order by 1`,
  );
  return Object.fromEntries(rows.map(({ name, mb }) => [name, mb]));
}
