/**
 * Arithmetic of its own for the tests, without decimal.js: exact fractions of big integers. A total
 * that agrees with it was not made right by the same mistake.
 */
export interface Fraction {
  over: bigint;
  under: bigint;
}

/** Of a number as it is written in JSON: 0.106667 is that decimal, not its binary neighbour. */
export function fraction(value: number | string): Fraction {
  const [whole = '0', decimals = ''] = String(value).split('.');
  return { over: BigInt(whole + decimals), under: 10n ** BigInt(decimals.length) };
}

export const plus = (a: Fraction, b: Fraction): Fraction => ({
  over: a.over * b.under + b.over * a.under,
  under: a.under * b.under,
});
export const minus = (a: Fraction, b: Fraction): Fraction =>
  plus(a, { over: -b.over, under: b.under });
export const times = (a: Fraction, b: Fraction): Fraction => ({
  over: a.over * b.over,
  under: a.under * b.under,
});
export const divide = (a: Fraction, b: Fraction): Fraction => ({
  over: a.over * b.under,
  under: a.under * b.over,
});
export const sumOf = (values: readonly Fraction[]): Fraction =>
  values.reduce(plus, { over: 0n, under: 1n });

/** Half up, of what is not negative. */
export function rounded(value: Fraction, decimals: number): Fraction {
  const scale = 10n ** BigInt(decimals);
  return { over: (value.over * scale * 2n + value.under) / (value.under * 2n), under: scale };
}

export function isEqual(a: Fraction, b: Fraction): boolean {
  return a.over * b.under === b.over * a.under;
}

/** As decimal text, of a fraction that was rounded. */
export function written(value: Fraction, decimals: number): string {
  const digits = String((value.over * 10n ** BigInt(decimals)) / value.under);
  const padded = digits.padStart(decimals + 1, '0');
  if (decimals === 0) return padded;
  return `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
}
