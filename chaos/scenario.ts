import type { EmbeddedPostgres } from '../server/platform/embedded-postgres/embedded-postgres.ts';
import type { Cleanups } from '../test/support/cleanups.ts';

/** One thing that was counted, beside what it must keep to. */
export interface Figure {
  readonly name: string;
  readonly value: number | string;
  readonly limit: string;
  readonly ok: boolean;
}

/** What a scenario is given: the one PostgreSQL of the run, and how to be stopped and heard. */
export interface Run {
  readonly postgres: EmbeddedPostgres;
  /** Where PostgreSQL's data lies, and with it the pid of its main process. */
  readonly postgresData: string;
  /** Folders of this run are made in here. */
  readonly folder: string;
  readonly quick: boolean;
  /** Aborted by Ctrl-C: every wait ends. */
  readonly signal: AbortSignal;
  /** Undone at the end of the scenario, the last made first. */
  readonly cleanups: Cleanups;
  /** How many invoices, when somebody wants another size. */
  readonly size: number | undefined;
  say(line: string): void;
}

export interface Scenario {
  readonly name: string;
  readonly promise: string;
  run(run: Run): Promise<Figure[]>;
}

export function atMost(name: string, value: number, most: number): Figure {
  return { name, value: rounded(value), limit: `<= ${rounded(most)}`, ok: value <= most };
}

export function atLeast(name: string, value: number, least: number): Figure {
  return { name, value: rounded(value), limit: `>= ${rounded(least)}`, ok: value >= least };
}

export function exactly(name: string, value: number, expected: number): Figure {
  return { name, value, limit: `= ${expected}`, ok: value === expected };
}

/** Worth reading beside the others, and bound to nothing. */
export function noted(name: string, value: number | string): Figure {
  return { name, value: typeof value === 'number' ? rounded(value) : value, limit: '', ok: true };
}

function rounded(value: number): number | string {
  if (!Number.isFinite(value)) return 'never';
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
