import type { CustomerImport } from '../api/bodies.ts';
import { Fact, Facts } from '../app/facts.tsx';
import { quantity } from '../app/formats.ts';
import { words } from '../app/words.ts';
import classes from './customer-import.module.css';

const kinds = ['created', 'updated', 'unchanged', 'duplicates', 'rejected'] as const;

/** How many rows of each kind; those that nothing is to be said of are left out. */
export function ImportCounts({ one }: { one: CustomerImport }) {
  const say = words.customerImport;
  return (
    <div className={classes.counts}>
      <Facts>
        <Fact name={say.rows}>{quantity(one.rows)}</Fact>
        {kinds.map((kind) =>
          one[kind] > 0 || kind === 'created' ? (
            <Fact key={kind} name={say[kind]}>
              <span data-bad={kind === 'rejected' || undefined}>{quantity(one[kind])}</span>
            </Fact>
          ) : null,
        )}
      </Facts>
    </div>
  );
}
