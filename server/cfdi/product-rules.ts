import { checkItem } from './item-rules.ts';
import type { Problem } from './problem.ts';

/**
 * A product of a catalogue on its own: what a line of one piece of it must satisfy, with paths
 * that begin at the product. A line adds its quantity and its discount, which may still be wrong.
 *
 * Codes: those of checkItem.
 */
export function checkProduct(product: unknown, on?: string): Problem[] {
  return checkItem({ product }, 'item', on).map((found) => ({
    ...found,
    path: found.path.replace(/^item(\.product)?\.?/, ''),
  }));
}
