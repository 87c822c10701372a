/** A table to be downloaded: its headings, then its rows in pieces. */
export interface Table {
  readonly headings: readonly string[];
  rows(): AsyncIterable<ReadonlyArray<readonly string[]>>;
}

/**
 * A cell that begins with one of these is a formula to Excel and its kin, and what a customer is
 * called must not run on somebody's desk (OWASP, CSV injection). The apostrophe makes it a text;
 * the import takes it off again.
 */
export function neutralCell(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
