import type { DatabaseSync } from 'node:sqlite';
import { objectId } from '../state/object-id.ts';
import { type Account, identityOf, type Organization } from './organization.ts';

export interface OrganizationsStore {
  /** Both sides of a suffix share the organization; the first call for a suffix makes it. */
  account(suffix: string, livemode: boolean): Account;
  byId(id: string): Organization | undefined;
}

export function organizationsStore(database: DatabaseSync, now: () => Date): OrganizationsStore {
  const insert = database.prepare(
    'INSERT INTO organizations (id, suffix, created_at) VALUES (?, ?, ?)',
  );
  const selectBySuffix = database.prepare('SELECT * FROM organizations WHERE suffix = ?');
  const selectById = database.prepare('SELECT * FROM organizations WHERE id = ?');
  const known = new Map<string, Account>();

  function organization(suffix: string): Organization {
    const row = selectBySuffix.get(suffix);
    if (row) return fromRow(row);
    const at = now();
    const made = { id: objectId(at), suffix, createdAt: at.toISOString(), ...identityOf(suffix) };
    insert.run(made.id, suffix, made.createdAt);
    return made;
  }

  return {
    account(suffix, livemode) {
      const side = livemode ? 'live' : 'test';
      const key = `${side}:${suffix}`;
      const cached = known.get(key);
      if (cached) return cached;
      const owner = organization(suffix);
      const account = { organization: owner, livemode, scope: `${owner.id}:${side}` };
      known.set(key, account);
      return account;
    },
    byId(id) {
      const row = selectById.get(id);
      return row && fromRow(row);
    },
  };
}

function fromRow(row: Record<string, unknown>): Organization {
  const { id, suffix, created_at } = row as { id: string; suffix: string; created_at: string };
  return { id, suffix, createdAt: created_at, ...identityOf(suffix) };
}
