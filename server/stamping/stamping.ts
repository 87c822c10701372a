/** The front door of stamping: what other features may know of the queue to FacturAPI. */
import type { Queryable } from '../platform/postgres/database.ts';
import { installationLane } from './lanes.ts';
import { priorities } from './priorities.ts';

/** The lane and the priority with which a person's invoice enters the queue. */
export const interactiveCreation = { lane: installationLane, priority: priorities.interactive };

/**
 * Asks for the XML or the PDF of a stamped invoice, ahead of everything: a person waits for it.
 * One that was already asked for is promoted, not doubled.
 */
export async function requestFile(
  db: Queryable,
  tenantId: string,
  invoiceId: string,
  kind: 'xml' | 'pdf',
  requestId: string,
): Promise<void> {
  await db.query('select timbra_enqueue_call($1, $2, $3, $4, $5::smallint, $6)', [
    installationLane,
    tenantId,
    invoiceId,
    `fetch_${kind}`,
    priorities.read,
    requestId,
  ]);
}
