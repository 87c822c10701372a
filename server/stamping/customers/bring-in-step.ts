import type { Queryable } from '../../platform/postgres/database.ts';
import { compareCustomer } from './compare-customer.ts';
import {
  type Difference,
  type DifferenceKind,
  endDifferences,
  noteDifferences,
} from './customer-differences-store.ts';
import { type LinkChange, type Taken, updateTaken, writeLinks } from './customer-links-store.ts';
import { acceptanceOf, type SyncedFields } from './synced-fields.ts';
import type { TheirCustomer } from './their-customer.ts';

/** One of ours and one of theirs that are the same customer. */
export interface Pair {
  readonly customerId: string;
  readonly ours: SyncedFields;
  readonly theirs: TheirCustomer;
  readonly base: SyncedFields | null;
}

export interface Brought {
  readonly updated: number;
  readonly differences: number;
}

const all: readonly DifferenceKind[] = [
  'changed_on_both',
  'several_here',
  'not_acceptable',
  'refused_there',
  'gone_there',
];
/** What FacturAPI refused of ours stays refused while ours is the newer one. */
const butRefused = all.filter((kind) => kind !== 'refused_there');

/**
 * What follows from holding ours against theirs, within a transaction that has locked both: theirs
 * is taken, ours is marked to be sent, or a person is asked. Nothing that somebody wrote is lost.
 */
export async function bringInStep(
  db: Queryable,
  tenantId: string,
  pairs: readonly Pair[],
): Promise<Brought> {
  const links: LinkChange[] = [];
  const taken: Taken[] = [];
  const found: Difference[] = [];
  const agreed: Array<Pick<LinkChange, 'customerId' | 'facturapiId'>> = [];
  const toSend: typeof agreed = [];
  for (const { customerId, ours, theirs, base } of pairs) {
    const { id: facturapiId, fields } = theirs;
    const link = (o: Pick<LinkChange, 'base' | 'due'>) =>
      links.push({ facturapiId, customerId, ...o });
    const ask = (kind: DifferenceKind, problem?: unknown) => {
      found.push({ kind, customerId, facturapiId, theirs: fields, problem });
      link({ base: undefined, due: false });
    };
    switch (compareCustomer(ours, fields, base)) {
      case 'same':
        link({ base: fields, due: false });
        agreed.push({ customerId, facturapiId });
        break;
      case 'ours_newer':
        // What theirs is now is what ours will be sent over.
        link({ base: fields, due: true });
        toSend.push({ customerId, facturapiId });
        break;
      case 'theirs_newer': {
        const { errors, checkDigitAccepted } = acceptanceOf(fields);
        if (errors.length > 0) {
          ask('not_acceptable', { errors });
          break;
        }
        taken.push({ customerId, fields, checkDigitAccepted });
        link({ base: fields, due: false });
        agreed.push({ customerId, facturapiId });
        break;
      }
      case 'changed_on_both':
        ask('changed_on_both');
    }
  }
  await updateTaken(db, tenantId, taken);
  await writeLinks(db, tenantId, links);
  await endDifferences(db, tenantId, agreed, all);
  await endDifferences(db, tenantId, toSend, butRefused);
  return { updated: taken.length, differences: await noteDifferences(db, tenantId, found) };
}
