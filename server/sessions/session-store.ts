import { createHash } from 'node:crypto';
import type { Queryable } from '../platform/postgres/database.ts';
import type { Role, TenantId } from '../tenants/tenants.ts';
import type { Principal } from './sessions.ts';

export interface StoredSession {
  readonly principal: Principal;
  readonly expiresAt: Date;
}

export const sessionHoursMax = 12;

/** Sessions live in PostgreSQL; the id in the cookie is kept as its SHA-256 only. */
export function sessionStore(db: Queryable) {
  const hashOf = (id: string) => createHash('sha256').update(id).digest();
  return {
    async open(id: string, personId: string, tenantId: TenantId): Promise<void> {
      await db.query(
        `insert into sessions (id_hash, person_id, tenant_id, expires_at)
         values ($1, $2, $3, now() + $4 * interval '1 hour')`,
        [hashOf(id), personId, tenantId, sessionHoursMax],
      );
    },
    /** One look-up answers who it is, in which company and role: a change of role shows at once. */
    async read(id: string): Promise<StoredSession | undefined> {
      const { rows } = await db.query<{
        expires_at: Date;
        person_id: string;
        name: string;
        email: string;
        is_operator: boolean;
        role: Role;
        tenant_id: TenantId;
        tenant: Principal['tenant'];
      }>({
        name: 'read-session',
        text: `select s.expires_at, p.id as person_id, p.name, p.email, p.is_operator, m.role,
                      t.id as tenant_id,
                      json_build_object('name', t.name, 'legal_name', t.legal_name,
                                        'tax_id', t.tax_id, 'zip', t.zip, 'livemode', t.livemode) as tenant
                 from sessions s
                 join people p on p.id = s.person_id
                 join memberships m on m.person_id = s.person_id and m.tenant_id = s.tenant_id
                 join tenants t on t.id = s.tenant_id
                where s.id_hash = $1 and s.expires_at > now()`,
        values: [hashOf(id)],
      });
      const row = rows[0];
      if (!row) return undefined;
      return {
        expiresAt: row.expires_at,
        principal: {
          personId: row.person_id,
          name: row.name,
          email: row.email,
          isOperator: row.is_operator,
          role: row.role,
          tenantId: row.tenant_id,
          tenant: row.tenant,
        },
      };
    },
    async close(id: string): Promise<void> {
      await db.query('delete from sessions where id_hash = $1', [hashOf(id)]);
    },
    async countActive(): Promise<number> {
      const { rows } = await db.query<{ active: number }>(
        'select count(*) as active from sessions where expires_at > now()',
      );
      return rows[0]!.active;
    },
    async removeExpired(): Promise<void> {
      await db.query(
        `delete from sessions where id_hash in
           (select id_hash from sessions where expires_at <= now() limit 1000)`,
      );
    },
  };
}

export type SessionStore = ReturnType<typeof sessionStore>;
