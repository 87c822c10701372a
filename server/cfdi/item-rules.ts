import { unitKey } from './catalogs/unit-keys.ts';
import type { ItemInput } from './document.ts';
import { checkNumber, checkText, isAbsent, isRecord } from './input-checks.ts';
import { computeLine } from './line-totals.ts';
import { type Problem, problem } from './problem.ts';
import { UNIT_KEY_DEFAULT } from './product-taxes.ts';
import { checkTaxes } from './tax-rules.ts';

/** Lengths of SAT's schema: Concepto/@Descripcion, @NoIdentificacion and @Unidad. */
export const DESCRIPTION_LENGTH_MAX = 1000;
export const SKU_LENGTH_MAX = 100;
export const UNIT_NAME_LENGTH_MAX = 20;

/** Far beyond any sale, and small enough for a JSON number to keep its six decimals. */
export const QUANTITY_MAX = 999_999_999;
/** Under the 1e12 that bounds a total. */
export const PRICE_MAX = 999_999_999_999;

/**
 * A line on its own.
 *
 * Codes: item_invalid, text_*, product_key_invalid, unit_key_unknown, quantity_not_positive,
 * price_negative, price_zero, discount_negative, discount_exceeds_amount, tax_base_not_positive,
 * number_invalid, number_too_large, too_many_decimals, and the codes of checkTaxes.
 */
export function checkItem(item: unknown, path: string, on: string | undefined): Problem[] {
  if (!isRecord(item) || !isRecord(item.product)) {
    const message = 'Cada concepto lleva un producto con descripción, clave y precio.';
    return [problem('item_invalid', path, message)];
  }
  const { product } = item;
  const at = `${path}.product`;
  const problems = [
    ...checkTexts(product, at),
    ...checkKeys(product, at, on),
    ...checkQuantity(item.quantity ?? 1, `${path}.quantity`),
    ...checkPrice(product, at),
    ...checkDiscount(item.discount ?? 0, `${path}.discount`),
    ...checkTaxes(product, at, on),
  ];
  return problems.length > 0 ? problems : checkAmounts(item as unknown as ItemInput, path);
}

function checkTexts(product: Record<string, unknown>, path: string): Problem[] {
  const optional = (field: string, lengthMax: number) =>
    isAbsent(product[field]) ? [] : checkText(product[field], `${path}.${field}`, lengthMax);
  return [
    ...checkText(product.description, `${path}.description`, DESCRIPTION_LENGTH_MAX),
    ...optional('sku', SKU_LENGTH_MAX),
    ...optional('unit_name', UNIT_NAME_LENGTH_MAX),
  ];
}

/** The product keys (52,000) are not here: only their shape is checked, SAT checks the rest. */
function checkKeys(
  product: Record<string, unknown>,
  path: string,
  on: string | undefined,
): Problem[] {
  const problems: Problem[] = [];
  const key = product.product_key;
  if (typeof key !== 'string' || !/^\d{8}$/.test(key)) {
    const message = 'Escribe los 8 dígitos de la clave de producto o servicio del SAT.';
    problems.push(problem('product_key_invalid', `${path}.product_key`, message));
  }
  const unit = product.unit_key ?? UNIT_KEY_DEFAULT;
  if (typeof unit !== 'string' || !unitKey(unit, on)) {
    const message = 'Elige una clave de unidad del SAT, por ejemplo H87 (Pieza) o E48 (Servicio).';
    problems.push(problem('unit_key_unknown', `${path}.unit_key`, message));
  }
  return problems;
}

function checkQuantity(quantity: unknown, path: string): Problem[] {
  const problems = checkNumber(quantity, path, QUANTITY_MAX);
  if (problems.length > 0 || (quantity as number) > 0) return problems;
  return [problem('quantity_not_positive', path, 'La cantidad debe ser mayor que cero.')];
}

function checkPrice(product: Record<string, unknown>, path: string): Problem[] {
  const included = product.tax_included;
  if (!isAbsent(included) && typeof included !== 'boolean') {
    const message = 'Indica con verdadero o falso si el precio incluye impuestos.';
    return [problem('item_invalid', `${path}.tax_included`, message)];
  }
  const problems = checkNumber(product.price, `${path}.price`, PRICE_MAX);
  if (problems.length > 0 || (product.price as number) >= 0) return problems;
  const message = 'El precio no puede ser negativo; para rebajar usa el descuento.';
  return [problem('price_negative', `${path}.price`, message)];
}

function checkDiscount(discount: unknown, path: string): Problem[] {
  const problems = checkNumber(discount, path, PRICE_MAX);
  if (problems.length > 0 || (discount as number) >= 0) return problems;
  return [problem('discount_negative', path, 'El descuento no puede ser negativo.')];
}

/**
 * What only shows once the taxes are out of the price: CFDI40166 wants a unit price above zero,
 * CFDI40169 a discount within the amount, CFDI40174 and CFDI40181 a base above zero for every tax
 * (so a line with taxes cannot be given away).
 */
function checkAmounts(item: ItemInput, path: string): Problem[] {
  const line = computeLine(item);
  if (!line.unit_price.isPositive() || line.unit_price.isZero()) {
    const message = 'El precio sin impuestos debe ser mayor que cero; el SAT no admite precio 0.';
    return [problem('price_zero', `${path}.product.price`, message)];
  }
  if (line.discount.gt(line.amount)) {
    const message = 'El descuento no puede ser mayor que el importe del concepto.';
    return [problem('discount_exceeds_amount', `${path}.discount`, message)];
  }
  if (line.taxes.some((tax) => tax.base.isZero())) {
    const message =
      'La base de los impuestos queda en cero y el SAT no lo admite; baja el descuento, ' +
      'sube la cantidad o el precio, o usa objeto de impuesto 01 sin impuestos.';
    return [problem('tax_base_not_positive', path, message)];
  }
  return [];
}
