import type { FoundProduct } from '../api/bodies.ts';
import classes from '../customers/highlighted.module.css';
import { marked } from '../customers/marked-ranges.ts';

interface HighlightedFieldProps {
  product: FoundProduct;
  field: 'description' | 'sku';
}

/** A field of a product that was found, with what was typed marked in it. */
export function HighlightedField({ product, field }: HighlightedFieldProps) {
  const ranges = (product.match?.ranges ?? []).filter((range) => range.field === field);
  return marked(product[field] ?? '', ranges).map(({ start, part, hit }) =>
    hit ? (
      <mark key={start} className={classes.hit}>
        {part}
      </mark>
    ) : (
      <span key={start}>{part}</span>
    ),
  );
}
