import { useState } from 'react';
import type { KnownVersion } from '../api/versions.ts';

interface DraftKind<Known, Draft> {
  readonly of: (known: Known) => Draft;
  readonly isSame: (a: Draft, b: Draft) => boolean;
}

/**
 * The fields, and the version that they were read in. A newer one that comes while nothing was
 * typed is taken over, and so is one whose fields are the same (it was archived, say); any other is
 * left for the server to tell when it is saved.
 */
export function useVersionedDraft<Known extends KnownVersion, Draft>(
  given: Known | undefined,
  begin: () => Draft,
  { of, isSame }: DraftKind<Known, Draft>,
) {
  const [known, setKnown] = useState(given);
  const [draft, setDraft] = useState(() => (given ? of(given) : begin()));
  const dirty = !known || !isSame(draft, of(known));
  const takeTheirs = (theirs: Known) => {
    setKnown(theirs);
    setDraft(of(theirs));
  };
  if (known && given && given.version > known.version) {
    if (!dirty) takeTheirs(given);
    else if (isSame(of(known), of(given))) setKnown(given);
  }
  return { draft, setDraft, known, dirty, takeTheirs };
}
