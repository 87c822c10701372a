/**
 * The company suffixes (régimen de capital) that a CFDI 4.0 leaves out of the receiver's name:
 * with one, SAT answers CFDI40145, the name does not match the RFC.
 * Written without dots; letters may come apart ("S. A. de C. V.").
 */
const CAPITAL_FORMS = ['SA', 'SAB', 'SAPI', 'SAPIB', 'SAS', 'S DE RL', 'S EN C', 'S EN C POR A'];
const OTHER_FORMS = [
  ...['S EN NC', 'SNC', 'SC', 'SCP', 'SC DE P', 'SC DE C', 'SC DE RL', 'SC DE RL DE CV', 'SCL'],
  ...[
    'S DE RL MI',
    'S DE RL DE IP',
    'SPR',
    'SPR DE RL',
    'SPR DE RL DE CV',
    'SPR DE RI',
    'SPR DE R I',
  ],
  ...['A EN P', 'AC', 'IAP', 'IBP', 'ABP', 'AR DE IC'],
  ...['SOCIEDAD ANONIMA', 'SOCIEDAD ANONIMA DE CAPITAL VARIABLE', 'SOCIEDAD CIVIL'],
  ...['SOCIEDAD ANONIMA BURSATIL DE CAPITAL VARIABLE', 'ASOCIACION CIVIL'],
  ...['SOCIEDAD ANONIMA PROMOTORA DE INVERSION DE CAPITAL VARIABLE'],
  ...['SOCIEDAD POR ACCIONES SIMPLIFICADA', 'SOCIEDAD DE RESPONSABILIDAD LIMITADA'],
  ...['SOCIEDAD DE RESPONSABILIDAD LIMITADA DE CAPITAL VARIABLE', 'SOCIEDAD COOPERATIVA'],
];
/** What a lender that is not a bank adds after its form. */
const TAILS = ['', ' SOFOM ENR', ' SOFOM ER', ' SOFOM E N R', ' SOFOM E R'];

/** Without spaces, for the same letters come as "SA DE CV", "S.A. DE C.V." and "S A DE C V". */
const SUFFIXES = new Set(
  [...CAPITAL_FORMS.flatMap((form) => [form, `${form} DE CV`]), ...OTHER_FORMS].flatMap((form) =>
    TAILS.map((tail) => compact(form + tail)),
  ),
);
const SUFFIX_LENGTH_MAX = Math.max(...[...SUFFIXES].map((suffix) => suffix.length));

/**
 * Splits a company's name from the suffix at its end: the longest known, in any case, with or
 * without dots and commas. What is left keeps every letter as typed; a name that is nothing but a
 * suffix keeps it. For companies only: a person may be called Sas.
 */
export function stripCompanySuffix(name: string): { name: string; suffix: string | null } {
  const words = [...name.matchAll(/[^\s,]+/g)];
  let letters = '';
  let start: number | null = null;
  for (const word of words.slice(1).reverse()) {
    letters = compact(word[0]) + letters;
    if (letters.length > SUFFIX_LENGTH_MAX) break;
    // A lone dot adds no letter and must not cut the name there.
    if (compact(word[0]) !== '' && SUFFIXES.has(letters)) start = word.index;
  }
  if (start === null) return { name: name.trim(), suffix: null };
  return {
    name: name
      .slice(0, start)
      .replace(/[\s,]+$/, '')
      .trimStart(),
    suffix: name.slice(start).trim(),
  };
}

function compact(text: string): string {
  const bare = text.normalize('NFD').replace(/\p{M}/gu, '');
  return bare.toUpperCase().replace(/[^\p{L}\p{N}&]/gu, '');
}
