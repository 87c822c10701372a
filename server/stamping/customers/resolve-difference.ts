import type pg from 'pg';
import type { NewId } from '../../platform/clock.ts';
import { notFound, Problem, refused } from '../../platform/http/problem.ts';
import { inTransaction, type Queryable } from '../../platform/postgres/database.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { priorities } from '../queue/priorities.ts';
import type { Lane } from '../stamping.ts';
import {
  insertTaken,
  type LinkChange,
  leaveOut,
  lockSync,
  saySync,
  updateTaken,
  writeLinks,
} from './customer-links-store.ts';
import {
  type Choice,
  type DifferenceRow,
  endDifference,
  isLinked,
  lockChosen,
  readDifference,
  unlink,
} from './difference-rows-store.ts';
import { acceptanceOf } from './synced-fields.ts';

export interface Decision {
  readonly id: number;
  readonly choice: Choice;
  /** Of the candidates, when one of them is chosen. */
  readonly customer: string | undefined;
  /** What the person has seen: anything newer is shown to them first. */
  readonly version: string;
  readonly personId: string;
}

/** What may be chosen about a difference, the first being the most usual. */
export function choicesOf(d: DifferenceRow): Choice[] {
  switch (d.kind) {
    case 'changed_on_both':
      return ['ours', 'theirs'];
    case 'not_acceptable':
      return d.customerId ? ['ours'] : ['ignore'];
    case 'refused_there':
      return d.theirs ? ['theirs', 'ignore'] : ['ignore'];
    case 'gone_there':
      return ['again', 'ignore'];
    case 'several_here':
      return d.facturapiId ? ['link', 'new', 'ignore'] : ['ignore'];
  }
}

/** A person has chosen: written at once here, and sent to FacturAPI by a call of its own. */
export async function resolveDifference(
  pool: pg.Pool,
  lane: Lane,
  tenantId: TenantId,
  o: { readonly decision: Decision; readonly newId: NewId },
): Promise<DifferenceRow> {
  const { decision } = o;
  return inTransaction(pool, async (client) => {
    const db = client as Queryable;
    await lockSync(db, tenantId);
    await saySync(db, tenantId, decision.personId);
    const shown = await readDifference(db, tenantId, decision.id);
    if (!shown) throw notFound();
    const concerned = [shown.customerId, decision.customer].filter((id) => typeof id === 'string');
    await lockChosen(db, tenantId, concerned);
    const difference = (await readDifference(db, tenantId, decision.id))!;
    check(difference, decision);
    const customerId = await follow(db, tenantId, difference, o);
    if (!(await endDifference(db, tenantId, decision))) throw ended();
    if (customerId !== undefined) {
      await db.query('select timbra_ask_customer_sync($1, $2, $3, $4::smallint, null)', [
        lane,
        tenantId,
        customerId,
        priorities.housekeeping,
      ]);
    }
    return (await readDifference(db, tenantId, decision.id))!;
  });
}

function check(difference: DifferenceRow, { choice, version }: Decision): void {
  if (difference.endedAt !== null) throw ended();
  if (difference.version !== version) {
    const detail = 'Los datos cambiaron mientras decidías. Revísalos de nuevo.';
    throw new Problem(409, 'difference_changed', detail);
  }
  if (!choicesOf(difference).includes(choice)) {
    const message = 'Esta diferencia no se resuelve así.';
    throw refused([{ path: 'choice', code: 'choice_not_offered', message }]);
  }
}

function ended(): Problem {
  return new Problem(409, 'difference_ended', 'Esta diferencia ya estaba resuelta.');
}

/** Answers the customer that FacturAPI must hear of. */
async function follow(
  db: Queryable,
  tenantId: TenantId,
  d: DifferenceRow,
  { decision, newId }: { readonly decision: Decision; readonly newId: NewId },
): Promise<string | undefined> {
  const { customerId, facturapiId, theirs } = d;
  switch (decision.choice) {
    case 'ours':
      await link(db, tenantId, d, { customerId: customerId!, base: theirs, due: true });
      return customerId!;
    case 'theirs':
      await updateTaken(db, tenantId, [taken(d, customerId!)]);
      if (facturapiId) {
        await link(db, tenantId, d, { customerId: customerId!, base: theirs, due: false });
      }
      return undefined;
    case 'new': {
      const made = taken(d, newId());
      await insertTaken(db, tenantId, [made]);
      await link(db, tenantId, d, { customerId: made.customerId, base: theirs, due: false });
      return undefined;
    }
    case 'link': {
      const chosen = d.candidates.find(({ id }) => id === decision.customer)?.id;
      if (chosen === undefined) throw notACandidate();
      if (await isLinked(db, tenantId, chosen)) throw linkedAlready();
      await link(db, tenantId, d, { customerId: chosen, base: null, due: true });
      return chosen;
    }
    case 'again':
      await unlink(db, tenantId, customerId!, true);
      return customerId!;
    case 'ignore':
      if (customerId === null) await leaveOut(db, tenantId, [facturapiId!]);
      else if (d.kind === 'gone_there') await unlink(db, tenantId, customerId, false);
      return undefined;
  }
}

function link(
  db: Queryable,
  tenantId: TenantId,
  { facturapiId }: DifferenceRow,
  change: Omit<LinkChange, 'facturapiId'>,
): Promise<void> {
  return writeLinks(db, tenantId, [{ facturapiId: facturapiId!, ...change }]);
}

function taken({ theirs }: DifferenceRow, customerId: string) {
  const { errors, checkDigitAccepted } = acceptanceOf(theirs!);
  if (errors.length > 0) throw refused(errors);
  return { customerId, fields: theirs!, checkDigitAccepted };
}

function notACandidate(): Problem {
  const message = 'Elige uno de los clientes que se muestran.';
  return refused([{ path: 'customer', code: 'not_a_candidate', message }]);
}

function linkedAlready(): Problem {
  const detail = 'Ese cliente ya es otro de FacturAPI. Elige uno distinto o dalo de alta aparte.';
  return new Problem(409, 'customer_linked', detail);
}
