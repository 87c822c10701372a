/** Local dates (YYYY-MM-DD), both inclusive; absent means since, or until, ever. */
export interface Validity {
  valid_from?: string;
  valid_to?: string;
}

export interface CatalogEntry extends Validity {
  code: string;
  /** SAT's text, in Spanish. */
  name: string;
}

/** @param on local date YYYY-MM-DD; when absent every entry is valid. */
export function isValidOn(entry: Validity, on: string | undefined): boolean {
  if (on === undefined) return true;
  return on >= (entry.valid_from ?? on) && on <= (entry.valid_to ?? on);
}

/** A Map rather than an object, so that a code such as "__proto__" is simply not found. */
export function lookUpIn<Entry extends CatalogEntry>(
  entries: readonly Entry[],
): (code: string, on?: string) => Entry | undefined {
  const byCode = new Map(entries.map((entry) => [entry.code, entry]));
  return (code, on) => {
    const entry = byCode.get(code);
    return entry && isValidOn(entry, on) ? entry : undefined;
  };
}
