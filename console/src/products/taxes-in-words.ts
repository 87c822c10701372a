import type { TaxInput } from '../api/bodies.ts';
import { money, rate } from '../app/formats.ts';
import { words } from '../app/words.ts';

interface Taxed {
  readonly taxability?: string | undefined;
  readonly tax_included?: boolean | undefined;
  readonly taxes?: readonly TaxInput[] | undefined;
}

/** c_ObjetoImp: no object of tax, and its kinds whose taxes are not broken down. */
const notObject = '01';
const ofNone: TaxInput[] = [];

/**
 * The taxes of a product as a person says them: "IVA 16% incluido en el precio", "más IVA 8%",
 * "más IVA 16%, retención de ISR 10% e IVA 10.6667%".
 */
export function taxesInWords({ taxability = '02', tax_included, taxes = ofNone }: Taxed): string {
  const say = words.products.taxes;
  if (taxes.length === 0) {
    if (taxability === notObject) return say.notObject;
    return taxability === '02' ? say.none : say.withoutBreakdown(taxability);
  }
  const exempt = taxes.filter((tax) => tax.factor === 'Exento' && !tax.withholding);
  const charged = taxes.filter((tax) => tax.factor !== 'Exento' && !tax.withholding);
  const withheld = taxes.filter((tax) => tax.withholding);
  const parts = [
    ...exempt.map((tax) => say.exempt(tax.type ?? 'IVA')),
    ...(charged.length > 0
      ? [
          tax_included === false
            ? say.added(listed(charged))
            : say.included(listed(charged), charged.length),
        ]
      : []),
    ...(withheld.length > 0 ? [say.withheld(listed(withheld))] : []),
  ];
  const sentence = parts.join(', ');
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** Without where the price holds them: "IVA 16%, retención de ISR 10%". */
export function taxNames(taxes: readonly TaxInput[]): string {
  return taxes
    .map((tax) => (tax.withholding ? words.products.taxes.withheld(nameOf(tax)) : nameOf(tax)))
    .join(', ');
}

/** In Spanish "y" becomes "e" before the sound of i, as all names of taxes have it. */
function listed(taxes: readonly TaxInput[]): string {
  const names = taxes.map(nameOf);
  const last = names.pop()!;
  if (names.length === 0) return last;
  const { and, andOther } = words.products.taxes;
  return `${names.join(', ')}${/^i/i.test(last) ? and : andOther}${last}`;
}

function nameOf({ type = 'IVA', factor, rate: value }: TaxInput): string {
  const say = words.products.taxes;
  if (factor === 'Exento') return say.exempt(type);
  return factor === 'Cuota' ? say.quota(type, money(value)) : `${type} ${rate(value)}`;
}
