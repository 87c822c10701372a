import type { DatabaseSync } from 'node:sqlite';

/** What a client calls its document by. */
export type Name = 'external_id' | 'idempotency_key';

export interface CfdiCounts {
  by: Name;
  /** CFDIs with a UUID, canceled ones included. */
  cfdis: number;
  /** Different names among them, an account's apart from another's. */
  names: number;
  unnamed: number;
  /** Names with more than one CFDI: each is a double stamp, unless it was asked for. */
  duplicates: Named[];
}

export interface Named {
  name: string;
  organization: string;
  livemode: boolean;
  count: number;
  /** In the order of their making. */
  ids: string[];
  uuids: string[];
}

export interface CfdiCounter {
  /** Counts all; an index alone answers it but for the duplicates. */
  all(by: Name): CfdiCounts;
  /** The CFDIs of one name, by account; empty when there is none. */
  named(by: Name, name: string): Named[];
}

const duplicatesMax = 1_000;

export function cfdiCounter(database: DatabaseSync): CfdiCounter {
  const prepared = {
    external_id: statements('external_id'),
    idempotency_key: statements('idempotency_key'),
  };

  function statements(by: Name) {
    return {
      totals: database.prepare(
        `SELECT coalesce(sum(count), 0) AS named, count(*) AS names
         FROM (SELECT count(*) AS count FROM invoices
               WHERE uuid IS NOT NULL AND ${by} IS NOT NULL GROUP BY ${by}, scope)`,
      ),
      unnamed: database.prepare(
        `SELECT count(*) AS unnamed FROM invoices WHERE uuid IS NOT NULL AND ${by} IS NULL`,
      ),
      doubled: database.prepare(
        `SELECT ${by} AS name, scope FROM invoices
         WHERE uuid IS NOT NULL AND ${by} IS NOT NULL
         GROUP BY ${by}, scope HAVING count(*) > 1 LIMIT ${duplicatesMax}`,
      ),
      of: database.prepare(
        `SELECT scope, id, uuid FROM invoices
         WHERE uuid IS NOT NULL AND ${by} = ? ORDER BY seq`,
      ),
    };
  }

  function named(by: Name, name: string): Named[] {
    const rows = prepared[by].of.all(name) as { scope: string; id: string; uuid: string }[];
    return [...Map.groupBy(rows, (row) => row.scope)].map(([scope, own]) => ({
      name,
      organization: scope.split(':')[0]!,
      livemode: scope.endsWith(':live'),
      count: own.length,
      ids: own.map((row) => row.id),
      uuids: own.map((row) => row.uuid),
    }));
  }

  return {
    all(by) {
      const totals = prepared[by].totals.get() as { named: number; names: number };
      const { unnamed } = prepared[by].unnamed.get() as { unnamed: number };
      const doubled = prepared[by].doubled.all() as { name: string }[];
      const names = [...new Set(doubled.map((row) => row.name))];
      const duplicates = names.flatMap((name) => named(by, name)).filter((one) => one.count > 1);
      return { by, cfdis: totals.named + unnamed, names: totals.names, unnamed, duplicates };
    },
    named,
  };
}
