import type { Queryable } from '../platform/postgres/database.ts';
import type { Role, TenantId } from './tenants.ts';

export interface NewPerson {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly isOperator: boolean;
}

export async function ensurePerson(
  admin: Queryable,
  tenantId: TenantId,
  role: Role,
  p: NewPerson,
): Promise<void> {
  await admin.query(
    `with made as (
       insert into people (id, email, name, password_hash, is_operator)
       values ($1, lower($2), $3, $4, $5) on conflict (email) do nothing returning id),
     person as (select id from made union all select id from people where email = lower($2) limit 1)
     insert into memberships (tenant_id, person_id, role)
     select $6, id, $7 from person on conflict do nothing`,
    [p.id, p.email, p.name, p.passwordHash, p.isOperator, tenantId, role],
  );
}

/** Also ends the person's sessions. */
export async function replacePassword(
  admin: Queryable,
  personId: string,
  passwordHash: string,
): Promise<void> {
  await admin.query(
    `with changed as (update people set password_hash = $2 where id = $1 returning id)
     delete from sessions where person_id in (select id from changed)`,
    [personId, passwordHash],
  );
}

export interface Credential {
  readonly personId: string;
  readonly passwordHash: string;
  /** The company to enter: the first one joined. */
  readonly tenantId: TenantId;
}

export async function findCredential(
  db: Queryable,
  email: string,
): Promise<Credential | undefined> {
  const { rows } = await db.query<Credential>(
    `select p.id as "personId", p.password_hash as "passwordHash", m.tenant_id as "tenantId"
       from people p join memberships m on m.person_id = p.id
      where p.email = lower($1) order by m.created_at, m.tenant_id limit 1`,
    [email],
  );
  return rows[0];
}
