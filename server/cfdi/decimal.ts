import { Decimal as DecimalJs } from 'decimal.js';

/**
 * The decimal arithmetic of every amount here: 40 significant digits hold any product of two
 * SAT numbers (18 integer digits, 6 decimals), and a half rounds up as SAT's guide does (Anexo 20).
 * A constructor of its own, so that nobody else's configuration of decimal.js reaches it.
 */
export const Decimal = DecimalJs.clone({ precision: 40, rounding: DecimalJs.ROUND_HALF_UP });
export type Decimal = DecimalJs;

/** The most decimals SAT takes in a line's amounts, quantities and rates (t_Importe). */
export const LINE_DECIMALS = 6;

export const ZERO: Decimal = new Decimal(0);

export function roundLine(value: Decimal): Decimal {
  return value.toDecimalPlaces(LINE_DECIMALS);
}

export function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((total, value) => total.plus(value), ZERO);
}
