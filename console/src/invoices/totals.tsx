import { Text } from '@mantine/core';
import type { Preview } from '../api/bodies.ts';
import { Problem } from '../api/problem.ts';
import { money, rate } from '../app/formats.ts';
import { words } from '../app/words.ts';
import classes from './new-invoice.module.css';

interface TotalsProps {
  preview: Preview | undefined;
  updating: boolean;
  error: unknown;
  /** Whether the draft holds enough to be computed. */
  complete: boolean;
}

/** The invoice's arithmetic as the server will send it, tax by tax. */
export function Totals({ preview, updating, error, complete }: TotalsProps) {
  if (error) {
    const invalid = error instanceof Problem && error.status === 422;
    return (
      <Text size="sm" c="dimmed">
        {invalid ? words.totals.fix : words.totals.failed}
      </Text>
    );
  }
  if (!preview) {
    return (
      <Text size="sm" c="dimmed">
        {complete ? words.totals.updating : words.totals.hint}
      </Text>
    );
  }
  const { currency } = preview;
  return (
    <dl
      className={classes.total}
      aria-busy={updating}
      data-updating={updating || undefined}
      data-testid="totals"
    >
      <Row name={words.totals.subtotal} value={money(preview.subtotal, currency)} />
      {preview.discount > 0 && (
        <Row name={words.totals.discount} value={`−${money(preview.discount, currency)}`} />
      )}
      {preview.taxes.transferred.map((tax) => (
        <Row
          key={`${tax.type}${tax.factor}${tax.rate}`}
          name={
            tax.factor === 'Exento'
              ? words.totals.exempt(tax.type)
              : words.totals.transferred(tax.type, rate(Number(tax.rate ?? 0)))
          }
          value={money(tax.amount ?? 0, currency)}
        />
      ))}
      {preview.taxes.withheld.map((tax) => (
        <Row
          key={tax.type}
          name={words.totals.withheld(tax.type)}
          value={`−${money(tax.amount, currency)}`}
        />
      ))}
      <div className={classes.grand}>
        <dt>
          {words.totals.total} {currency}
        </dt>
        <dd>{money(preview.total, currency)}</dd>
      </div>
    </dl>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
