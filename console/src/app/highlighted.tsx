import classes from './highlighted.module.css';
import { marked, type Range } from './marked-ranges.ts';

interface HighlightedProps<Field extends string> {
  /** As a search answered it; without its match nothing is marked. */
  of: Readonly<Partial<Record<Field, string | null>>> & {
    readonly match?:
      | { readonly ranges: ReadonlyArray<Range & { readonly field: string }> }
      | undefined;
  };
  field: Field;
}

/** A field of what was found, with what was typed marked in it. */
export function Highlighted<Field extends string>({ of, field }: HighlightedProps<Field>) {
  const ranges = (of.match?.ranges ?? []).filter((range) => range.field === field);
  return marked(of[field] ?? '', ranges).map(({ start, part, hit }) =>
    hit ? (
      <mark key={start} className={classes.hit}>
        {part}
      </mark>
    ) : (
      <span key={start}>{part}</span>
    ),
  );
}
