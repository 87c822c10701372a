export interface Range {
  /** In UTF-16 units, as JavaScript counts. */
  readonly start: number;
  readonly length: number;
}

export interface Part {
  readonly start: number;
  readonly part: string;
  readonly hit: boolean;
}

/** The text cut at its ranges, which may come in any order, overlap, or reach past its end. */
export function marked(text: string, ranges: readonly Range[]): Part[] {
  const parts: Part[] = [];
  let at = 0;
  const push = (end: number, hit: boolean) => {
    if (end > at) parts.push({ start: at, part: text.slice(at, end), hit });
    at = Math.max(at, end);
  };
  for (const { start, length } of [...ranges].sort((a, b) => a.start - b.start)) {
    push(Math.min(start, text.length), false);
    push(Math.min(start + length, text.length), true);
  }
  push(text.length, false);
  return parts;
}
