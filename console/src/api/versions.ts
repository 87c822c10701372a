import { Problem } from './problem.ts';

/** What a change is held against: it passes only while this is the version. */
export interface KnownVersion {
  readonly id: string;
  readonly version: number;
}

export const ifMatch = ({ version }: KnownVersion) => ({ 'if-match': `"${version}"` });

export type LifeVerb = 'archive' | 'restore' | 'remove';

/** What there is now, when a change was refused because something else was saved meanwhile. */
export function changedMeanwhile<Current>(error: unknown): Current | undefined {
  if (!(error instanceof Problem) || error.code !== 'version_mismatch') return undefined;
  return error.said.current as Current | undefined;
}
