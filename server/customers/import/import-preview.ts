import type { Change, Decision } from './decide-batch.ts';
import { previewRowsMax } from './import-limits.ts';
import type { Given, Remark } from './read-row.ts';

/** What a dry run would do, by the first few rows of each kind. */
export type Preview = Readonly<Record<Decision['kind'], readonly PreviewRow[]>>;

export interface PreviewRow {
  /** As a spreadsheet numbers it. */
  readonly row: number;
  readonly values: Given;
  /** What an update would change. */
  readonly changes?: readonly Change[];
  /** Why it is refused, or what was put right. */
  readonly remarks?: readonly Remark[];
}

const EMPTY: Preview = { created: [], updated: [], unchanged: [], duplicates: [], rejected: [] };

export function addToPreview(before: Preview | null, decisions: readonly Decision[]): Preview {
  const preview: Record<Decision['kind'], PreviewRow[]> = structuredClone(
    before ?? EMPTY,
  ) as Record<Decision['kind'], PreviewRow[]>;
  for (const decision of decisions) {
    const rows = preview[decision.kind];
    if (rows.length < previewRowsMax) rows.push(previewRow(decision));
  }
  return preview;
}

function previewRow(decision: Decision): PreviewRow {
  const { row, given, notes } = decision.row;
  const remarks = decision.kind === 'rejected' ? decision.problems : notes;
  return {
    row,
    values: given,
    ...(decision.kind === 'updated' ? { changes: decision.changes } : {}),
    ...(remarks.length > 0 ? { remarks } : {}),
  };
}
