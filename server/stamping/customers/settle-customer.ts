import type { FacturapiProblem } from '../../facturapi/facturapi.ts';
import type { Queryable } from '../../platform/postgres/database.ts';
import type { AccountCall } from '../queue/stamping-queue.ts';
import { bringInStep } from './bring-in-step.ts';
import { noteDifferences } from './customer-differences-store.ts';
import { lockSync, saySync } from './customer-links-store.ts';
import {
  followCall,
  keepEditLink,
  type LinkOfCall,
  lockLinkOfCall,
  unlinkOther,
} from './link-of-call-store.ts';
import type { SyncRequest } from './sync-customer.ts';
import type { TheirCustomer } from './their-customer.ts';

/** What one attempt at bringing a customer in step came to. */
export type CustomerEnd =
  | { readonly kind: 'read'; readonly theirs: TheirCustomer }
  | { readonly kind: 'written'; readonly theirs: TheirCustomer; readonly isAsSent: boolean }
  | {
      readonly kind: 'refused';
      readonly theirs: TheirCustomer | undefined;
      readonly problem: FacturapiProblem;
    }
  | { readonly kind: 'gone' };

/**
 * Written in the transaction that ends the call. Ours is read anew: who edited it meanwhile is
 * compared with what FacturAPI has now, and sent again if need be.
 */
export async function settleCustomer(
  db: Queryable,
  call: AccountCall,
  request: SyncRequest,
  end: CustomerEnd,
): Promise<void> {
  const { tenantId } = call;
  await lockSync(db, tenantId);
  await saySync(db, tenantId);
  const link = await lockLinkOfCall(db, tenantId, call.id, request.customer);
  if (!link) return;
  const theirs = end.kind === 'gone' ? undefined : end.theirs;
  if (theirs) {
    const other = await unlinkOther(db, tenantId, theirs.id, link.id);
    if (other) return double(db, tenantId, link, { theirs, other });
    await keepEditLink(db, tenantId, link.id, theirs);
  }
  // Deleted here while its call was under way: it is known, so that it is not taken over again.
  if (!link.ours || link.customerId === null) {
    return followCall(db, tenantId, link.id, { facturapiId: theirs?.id, due: false });
  }
  const { customerId, ours } = link;
  const of = { customerId, facturapiId: theirs?.id ?? request.facturapi_id };
  switch (end.kind) {
    case 'gone':
      await noteDifferences(db, tenantId, [{ kind: 'gone_there', ...of, theirs: null }]);
      return followCall(db, tenantId, link.id, { due: false });
    case 'refused': {
      const { problem } = end;
      const fields = theirs?.fields ?? null;
      await noteDifferences(db, tenantId, [
        { kind: 'refused_there', ...of, theirs: fields, problem },
      ]);
      const due = link.version !== request.version;
      return followCall(db, tenantId, link.id, { facturapiId: theirs?.id, due });
    }
    case 'read':
      await bringInStep(db, tenantId, [{ customerId, ours, theirs: theirs!, base: link.base }]);
      return;
    case 'written': {
      // What FacturAPI made of ours is no wish of anybody's there: it is shown, and not taken.
      const { fields } = theirs!;
      const base = end.isAsSent ? fields : emptied(fields);
      await bringInStep(db, tenantId, [{ customerId, ours, theirs: theirs!, base }]);
    }
  }
}

/** A base that neither side is: whatever differs is for a person. */
function emptied<T extends object>(fields: T): T {
  return { ...fields, legal_name: null };
}

/** What FacturAPI calls the same customer is another one of ours: two of ours are one there. */
async function double(
  db: Queryable,
  tenantId: string,
  link: LinkOfCall,
  { theirs, other }: { theirs: TheirCustomer; other: string },
): Promise<void> {
  if (link.customerId === null) return;
  await noteDifferences(db, tenantId, [
    {
      kind: 'several_here',
      customerId: link.customerId,
      facturapiId: null,
      theirs: theirs.fields,
      candidates: [other],
    },
  ]);
  await followCall(db, tenantId, link.id, { due: false });
}
