import type { InvoiceHistory } from '../api/bodies.ts';

export type HistoryEntry = InvoiceHistory['data'][number];

/** Attempts in a row that say the same are told once. */
export interface ToldEntry {
  readonly entry: HistoryEntry;
  readonly times: number;
  readonly firstAt: string;
}

export function toldEntries(entries: readonly HistoryEntry[]): ToldEntry[] {
  const told: ToldEntry[] = [];
  for (const entry of entries) {
    const last = told.at(-1);
    const same =
      last?.entry.type === 'attempt' &&
      entry.type === 'attempt' &&
      last.entry.detail === entry.detail;
    if (same) told.splice(-1, 1, { entry, times: last.times + 1, firstAt: last.firstAt });
    else told.push({ entry, times: 1, firstAt: entry.at });
  }
  return told;
}

export type Tone = 'quiet' | 'good' | 'warning' | 'bad' | 'person';

const tones: Readonly<Record<string, Tone>> = {
  stamped: 'good',
  read_valid: 'good',
  refused: 'bad',
  expired: 'bad',
  blocked: 'bad',
  attempt_crashed: 'bad',
  result_not_writable: 'bad',
  crashed: 'warning',
  doubtful: 'warning',
  review: 'warning',
  unavailable: 'warning',
  unknown: 'warning',
  busy: 'warning',
  read_failed: 'warning',
};

export function toneOf(entry: HistoryEntry): Tone {
  return entry.type === 'attempt' ? (tones[entry.outcome] ?? 'quiet') : 'person';
}
