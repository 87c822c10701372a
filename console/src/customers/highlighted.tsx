import type { Customer, FoundCustomer } from '../api/bodies.ts';
import classes from './highlighted.module.css';
import { marked } from './marked-ranges.ts';

type Field = FoundCustomer['match']['ranges'][number]['field'];

interface HighlightedProps {
  /** As the search answered it; without its match nothing is marked. */
  customer: Customer & Partial<Pick<FoundCustomer, 'match'>>;
  field: Field;
}

/** A field of a customer that was found, with what was typed marked in it. */
export function Highlighted({ customer, field }: HighlightedProps) {
  const text = customer[field] ?? '';
  const ranges = (customer.match?.ranges ?? []).filter((range) => range.field === field);
  return marked(text, ranges).map(({ start, part, hit }) =>
    hit ? (
      <mark key={start} className={classes.hit}>
        {part}
      </mark>
    ) : (
      <span key={start}>{part}</span>
    ),
  );
}
