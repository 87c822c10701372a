import type { FoundProduct } from '../api/bodies.ts';
import { money } from '../app/formats.ts';
import { Highlighted } from '../app/highlighted.tsx';
import { addresses, Link } from '../app/router.tsx';
import { words } from '../app/words.ts';
import classes from './products-page.module.css';
import { taxesInWords } from './taxes-in-words.ts';

/** A link to its page: what it is, what it costs, and what of that are taxes. */
export function ProductRow({ product }: { product: FoundProduct }) {
  const say = words.products.list;
  const { before_taxes: before, total } = product.amounts;
  // The other side of the price, where it is another amount.
  const other = product.tax_included ? before : total;
  const word = product.tax_included ? say.beforeTaxes : say.total;
  return (
    <Link className={classes.row} href={addresses.product(product.id)}>
      <span className={classes.description}>
        <Highlighted of={product} field="description" />
        {product.match?.tier === 'typo' && <small className={classes.typo}>{say.typo}</small>}
      </span>
      <span className={classes.price}>{money(product.price)}</span>
      <span className={classes.facts}>
        {product.sku && (
          <span className={classes.sku}>
            <Highlighted of={product} field="sku" />
          </span>
        )}
        <span>{say.keys(product.product_key, product.unit_name ?? product.unit_key)}</span>
      </span>
      <span className={classes.taxes}>
        <span>{taxesInWords(product)}</span>
        {other !== product.price && <span>{word(money(other))}</span>}
      </span>
    </Link>
  );
}
