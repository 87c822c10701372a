import type { Invoice } from '../api/bodies.ts';
import { money, rate } from '../app/formats.ts';
import { words } from '../app/words.ts';
import classes from './sums.module.css';

interface SumsProps {
  of: Pick<Invoice, 'currency' | 'subtotal' | 'discount' | 'taxes' | 'total'>;
  /** Other sums than these are on their way. */
  updating?: boolean;
}

/** From subtotal to total, tax by tax, as SAT's summary has them; all of it the server's. */
export function Sums({ of, updating = false }: SumsProps) {
  const { currency, subtotal, discount, taxes, total } = of;
  const less = (amount: number) => `−${money(amount, currency)}`;
  return (
    <dl className={classes.sums} aria-busy={updating} data-updating={updating || undefined}>
      <Sum name={words.totals.subtotal} amount={money(subtotal, currency)} />
      {discount > 0 && <Sum name={words.totals.discount} amount={less(discount)} />}
      {taxes.transferred.map((tax) => (
        <Sum
          key={`${tax.type} ${tax.factor} ${tax.rate}`}
          name={transferredName(tax, currency)}
          amount={tax.amount === null ? '—' : money(tax.amount, currency)}
        />
      ))}
      {taxes.withheld.map((tax) => (
        <Sum key={tax.type} name={words.totals.withheld(tax.type)} amount={less(tax.amount)} />
      ))}
      <Sum name={`${words.totals.total} ${currency}`} amount={money(total, currency)} grand />
    </dl>
  );
}

/** Exempt has no rate; a quota is pesos for each unit (litres, cigarettes), not a fraction. */
function transferredName(tax: Invoice['taxes']['transferred'][number], currency: string): string {
  if (tax.rate === null) return words.totals.exempt(tax.type);
  const each = Number(tax.rate);
  return words.totals.transferred(
    tax.type,
    tax.factor === 'Cuota' ? words.totals.quota(money(each, currency)) : rate(each),
  );
}

function Sum({ name, amount, grand }: { name: string; amount: string; grand?: boolean }) {
  return (
    <div data-grand={grand}>
      <dt>{name}</dt>
      <dd>{amount}</dd>
    </div>
  );
}
