import { useEffect, useState } from 'react';
import { type Draft, emptyDraft } from './invoice-draft.ts';

const newName = 'timbra.draft';
const correctionName = 'timbra.correction';

/** One draft that outlives a reload. */
export interface KeptAs {
  readonly name: string;
  /** Kept of anything else, it is not this draft. */
  readonly about: string;
  /** What is there before anybody writes. */
  readonly original: () => Draft;
  /** Whether a person would miss it. */
  readonly isWritten: (draft: Draft) => boolean;
}

export const keptNew: KeptAs = {
  name: newName,
  about: '',
  original: emptyDraft,
  isWritten: (draft) =>
    draft.customer !== null || draft.lines.some((line) => line.description || line.price),
};

/** A correction of this very refusal: refused once more, the invoice has something else to mend. */
export function keptCorrection(invoiceId: string, original: Draft): KeptAs {
  const text = JSON.stringify(original);
  return {
    name: correctionName,
    about: `${invoiceId} ${text}`,
    original: () => original,
    isWritten: (draft) => JSON.stringify(draft) !== text,
  };
}

/**
 * The draft survives a reload and a session that ended while it was written, in this tab only.
 * Another company's draft is never shown.
 */
export function useKeptDraft(tenantId: string, as: KeptAs) {
  const [restored] = useState(() => readDraft(tenantId, as));
  const [draft, setDraft] = useState<Draft>(() => restored ?? as.original());
  const { name, about, original } = as;
  useEffect(() => {
    sessionStorage.setItem(name, JSON.stringify({ tenantId, about, draft }));
  }, [tenantId, name, about, draft]);
  return { draft, setDraft, original, wasRestored: restored !== null };
}

export type KeptDraft = ReturnType<typeof useKeptDraft>;

export function forgetDraft({ name }: Pick<KeptAs, 'name'>): void {
  sessionStorage.removeItem(name);
}

export function forgetDrafts(): void {
  for (const name of [newName, correctionName]) sessionStorage.removeItem(name);
}

function readDraft(tenantId: string, as: KeptAs): Draft | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(as.name) ?? 'null');
    if (kept?.tenantId !== tenantId || (kept.about ?? '') !== as.about) return null;
    const draft = kept.draft as Draft;
    return as.isWritten(draft) ? draft : null;
  } catch {
    return null;
  }
}
