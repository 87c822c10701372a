import { useEffect, useState } from 'react';
import { type Draft, emptyDraft } from './invoice-draft.ts';

const draftName = 'timbra.draft';

/**
 * The draft survives a reload and a session that ended while it was written, in this tab only.
 * Another company's draft is never shown.
 */
export function useKeptDraft(tenantId: string) {
  const [restored] = useState(() => readDraft(tenantId));
  const [draft, setDraft] = useState<Draft>(() => restored ?? emptyDraft());
  useEffect(() => {
    sessionStorage.setItem(draftName, JSON.stringify({ tenantId, draft }));
  }, [tenantId, draft]);
  return { draft, setDraft, wasRestored: restored !== null };
}

export function forgetDraft(): void {
  sessionStorage.removeItem(draftName);
}

function readDraft(tenantId: string): Draft | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(draftName) ?? 'null');
    if (kept?.tenantId !== tenantId) return null;
    const draft = kept.draft as Draft;
    const written = draft.customer || draft.lines.some((line) => line.description || line.price);
    return written ? draft : null;
  } catch {
    return null;
  }
}
