/**
 * An amount as a Mexican invoice spells it: "MIL DOSCIENTOS PESOS 50/100 M.N.".
 * @param amount decimal text with two decimals at most, not negative.
 * @param currency c_Moneda; other than pesos is named by its code.
 */
export function amountInWords(amount: string, currency: string): string {
  const [whole = '0', decimals = ''] = amount.split('.');
  const cents = decimals.padEnd(2, '0').slice(0, 2);
  const words = integerInWords(BigInt(whole));
  // "Un millón de pesos", but "un millón un pesos".
  const of = /(LL[OÓ]N|LLONES)$/.test(words) ? ' DE' : '';
  if (currency !== 'MXN') return `${words} ${cents}/100 ${currency}`;
  return `${words}${of} ${whole === '1' ? 'PESO' : 'PESOS'} ${cents}/100 M.N.`;
}

const small = [
  ...['CERO', 'UN', 'DOS', 'TRES', 'CUATRO', 'CINCO', 'SEIS', 'SIETE', 'OCHO', 'NUEVE', 'DIEZ'],
  ...['ONCE', 'DOCE', 'TRECE', 'CATORCE', 'QUINCE', 'DIECISÉIS', 'DIECISIETE', 'DIECIOCHO'],
  ...['DIECINUEVE', 'VEINTE', 'VEINTIÚN', 'VEINTIDÓS', 'VEINTITRÉS', 'VEINTICUATRO'],
  ...['VEINTICINCO', 'VEINTISÉIS', 'VEINTISIETE', 'VEINTIOCHO', 'VEINTINUEVE'],
];
const tens = ['', '', '', 'TREINTA', 'CUARENTA', 'CINCUENTA', 'SESENTA', 'SETENTA', 'OCHENTA'];
tens.push('NOVENTA');
const hundreds = ['', 'CIENTO', 'DOSCIENTOS', 'TRESCIENTOS', 'CUATROCIENTOS', 'QUINIENTOS'];
hundreds.push('SEISCIENTOS', 'SETECIENTOS', 'OCHOCIENTOS', 'NOVECIENTOS');

/** Spanish counts in millions: the names change every six digits. */
const scales = [
  ['', ''],
  ['MILLÓN', 'MILLONES'],
  ['BILLÓN', 'BILLONES'],
  ['TRILLÓN', 'TRILLONES'],
] as const;

function integerInWords(value: bigint): string {
  if (value === 0n) return small[0]!;
  const parts: string[] = [];
  let rest = value;
  for (const [singular, plural] of scales) {
    const six = Number(rest % 1_000_000n);
    rest /= 1_000_000n;
    if (six > 0) parts.unshift(`${thousandsInWords(six)} ${six === 1 ? singular : plural}`.trim());
  }
  return parts.join(' ');
}

function thousandsInWords(value: number): string {
  const thousands = Math.floor(value / 1000);
  const units = value % 1000;
  const words: string[] = [];
  if (thousands === 1) words.push('MIL');
  else if (thousands > 1) words.push(hundredsInWords(thousands), 'MIL');
  if (units > 0) words.push(hundredsInWords(units));
  return words.join(' ');
}

function hundredsInWords(value: number): string {
  if (value === 100) return 'CIEN';
  const words = [hundreds[Math.floor(value / 100)]!];
  const rest = value % 100;
  if (rest > 0 && rest < small.length) words.push(small[rest]!);
  else if (rest > 0) {
    words.push(tens[Math.floor(rest / 10)]!);
    if (rest % 10 > 0) words.push('Y', small[rest % 10]!);
  }
  return words.filter((word) => word !== '').join(' ');
}
