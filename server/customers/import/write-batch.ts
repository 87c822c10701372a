import type pg from 'pg';
import type { NewId } from '../../platform/clock.ts';
import {
  insertCustomers,
  readKnown,
  sayWhoImports,
  updateCustomers,
  type Wanted,
} from './bulk-customers-store.ts';
import { isGeneric } from './check-row.ts';
import { asCompany } from './company-query.ts';
import { labelOf } from './customer-columns.ts';
import { type Decision, decideBatch } from './decide-batch.ts';
import type { Reading } from './import-columns.ts';
import { keptCellLengthMax } from './import-limits.ts';
import { addToPreview, type Preview } from './import-preview.ts';
import { type HeldImport, lockHeld, noteBatch } from './import-queue.ts';
import { insertToldRows, type ToldRow } from './import-rows-store.ts';
import { cleanText, type ReadRow, type Remark, remarksText } from './read-row.ts';
import type { Survey } from './survey-file.ts';

/**
 * Rows, what is told of them and how far the import came: committed together or not at all, so
 * that a worker that is killed anywhere leaves whole batches. Undefined when the lease was lost.
 */
export async function writeBatch(
  o: { readonly pool: pg.Pool; readonly newId: NewId },
  held: HeldImport,
  survey: Survey,
  batch: { readonly rows: readonly ReadRow[]; readonly preview: Preview | null },
): Promise<{ preview: Preview | null } | undefined> {
  const { tenantId, dryRun } = held;
  return asCompany(o.pool, tenantId, async (db) => {
    if (!(await lockHeld(db, held))) return undefined;
    await sayWhoImports(db, held.createdBy);
    const known = await readKnown(db, tenantId, wantedOf(batch.rows), !dryRun);
    const decisions = decideBatch(batch.rows, known, survey.lastRowOf);
    if (!dryRun) {
      const created = decisions.filter((one) => one.kind === 'created');
      await insertCustomers(
        db,
        tenantId,
        created.map(({ fields }) => fields),
        o.newId,
      );
      const updated = decisions.filter((one) => one.kind === 'updated');
      await updateCustomers(db, tenantId, updated);
    }
    const told = toldRows(decisions, survey.reading);
    await insertToldRows(db, tenantId, held.id, told);
    const preview = dryRun ? addToPreview(batch.preview, decisions) : null;
    await noteBatch(db, held, {
      lastRow: batch.rows.at(-1)!.row,
      processed: decisions.length,
      counts: countsOf(decisions),
      noted: told.filter(({ kind }) => kind === 'noted').length,
      preview,
    });
    return { preview };
  });
}

export type Counts = Readonly<Record<Decision['kind'], number>>;

function countsOf(decisions: readonly Decision[]): Counts {
  const counts = { created: 0, updated: 0, unchanged: 0, duplicates: 0, rejected: 0 };
  for (const { kind } of decisions) counts[kind] += 1;
  return counts;
}

function wantedOf(rows: readonly ReadRow[]): Wanted {
  const taxIds = new Set<string>();
  const genericTaxIds = new Set<string>();
  const legalNames = new Set<string>();
  for (const { given } of rows) {
    const { tax_id: taxId, legal_name: name } = given;
    if (taxId === undefined) continue;
    (isGeneric(taxId) ? genericTaxIds : taxIds).add(taxId);
    if (name !== undefined) legalNames.add(name.normalize('NFC'));
  }
  return {
    taxIds: [...taxIds].sort(),
    genericTaxIds: [...genericTaxIds],
    legalNames: [...legalNames],
  };
}

function toldRows(decisions: readonly Decision[], reading: Reading): ToldRow[] {
  return decisions.flatMap((decision): ToldRow[] => {
    const { row, cells, notes } = decision.row;
    const kept = cells.map((cell) => cleanText(cell).slice(0, keptCellLengthMax).toWellFormed());
    const told = (kind: ToldRow['kind'], remarks: readonly Remark[]): ToldRow[] => {
      if (remarks.length === 0) return [];
      const columns = [...new Set(remarks.map(({ column }) => headingOf(column, reading)))];
      return [
        { kind, row, columns: columns.join(', '), reason: remarksText(remarks), cells: kept },
      ];
    };
    switch (decision.kind) {
      case 'rejected':
        return told('rejected', decision.problems);
      case 'duplicates': {
        const message = `El cliente se repite en la fila ${decision.laterRow}, que es la que cuenta.`;
        return told('noted', [{ column: 'tax_id', message }]);
      }
      default:
        return told('noted', notes);
    }
  });
}

function headingOf(column: Remark['column'], reading: Reading): string {
  const at = reading.columns.get(column);
  return (at === undefined ? undefined : reading.headings[at]) ?? labelOf(column);
}
