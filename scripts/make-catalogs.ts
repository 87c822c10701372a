/**
 * Makes the JSON files of server/cfdi/catalogs from SAT's CFDI 4.0 catalogues.
 *
 *   node scripts/make-catalogs.ts FOLDER
 *
 * FOLDER holds schema.sql (the columns) and one file of INSERT statements a catalogue, as the
 * public-domain dump of SAT's spreadsheet has them. Run it when SAT publishes a new revision, let
 * biome format the folder, and read the diff: dates of validity and rates are what changes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

type Row = Record<string, string>;
type Entry = Record<string, unknown>;

const target = fileURLToPath(new URL('../server/cfdi/catalogs/', import.meta.url));

/** SAT names the border stimulus inside the tax column; the tax itself is IVA. */
const taxOf = (text: string) => (text.startsWith('IVA') ? 'IVA' : text);
const flag = (text: string) => text === '1';
/** SAT's list of regimes is typed by hand: some commas have a space after them, some do not. */
const codes = (text: string) => text.split(',').map((code) => code.trim());
const named = (row: Row): Entry => ({ code: row.id, name: row.texto, ...validity(row) });

/** Left out when they say nothing: CFDI 4.0 itself began that day. */
function validity(row: Row): Entry {
  const { vigencia_desde: from, vigencia_hasta: to } = row;
  return {
    ...(from && from !== '2022-01-01' ? { valid_from: from } : {}),
    ...(to ? { valid_to: to } : {}),
  };
}

/** File of the catalogue (also its table) -> JSON file and the shape of an entry. */
const catalogs: [table: string, file: string, entry: (row: Row) => Entry][] = [
  ['formas_pago', 'payment-forms', named],
  ['metodos_pago', 'payment-methods', named],
  ['exportaciones', 'exports', named],
  ['objetos_impuestos', 'taxabilities', named],
  ['tipos_relaciones', 'relation-types', named],
  ['meses', 'months', named],
  ['periodicidades', 'periodicities', named],
  ['claves_unidades', 'unit-keys', named],
  ['paises', 'countries', (row) => ({ code: row.id, name: row.texto })],
  ['tipos_factores', 'tax-factors', (row) => ({ code: row.id, name: row.id, ...validity(row) })],
  [
    'estados',
    'states',
    (row) => ({ code: row.estado, country: row.pais, name: row.texto, ...validity(row) }),
  ],
  ['monedas', 'currencies', (row) => ({ ...named(row), decimals: Number(row.decimales) })],
  [
    'impuestos',
    'tax-types',
    (row) => ({ ...named(row), withheld: flag(row.retencion!), transferred: flag(row.traslado!) }),
  ],
  [
    'regimenes_fiscales',
    'tax-systems',
    (row) => ({
      ...named(row),
      person: flag(row.aplica_fisica!),
      company: flag(row.aplica_moral!),
    }),
  ],
  [
    'usos_cfdi',
    'uses',
    (row) => ({
      ...named(row),
      person: flag(row.aplica_fisica!),
      company: flag(row.aplica_moral!),
      tax_systems: codes(row.regimenes_fiscales_receptores!),
    }),
  ],
  [
    'reglas_tasa_cuota',
    'rate-rules',
    (row) => ({
      kind: row.tipo === 'Rango' ? 'range' : 'fixed',
      min: row.tipo === 'Rango' ? row.minimo : row.valor,
      max: row.valor,
      type: taxOf(row.impuesto!),
      factor: row.factor,
      transferred: flag(row.traslado!),
      withheld: flag(row.retencion!),
      ...validity(row),
    }),
  ],
];

function columnsOf(schema: string, table: string): string[] {
  const body = schema.match(new RegExp(`"cfdi_40_${table}"\\(([^;]*)\\);`))?.[1];
  if (!body) throw new Error(`schema.sql does not describe ${table}`);
  return [...body.matchAll(/^\s*"(\w+)" (?:text|int)/gm)].map((match) => match[1]!);
}

function rowsOf(sql: string, columns: string[]): Row[] {
  return [...sql.matchAll(/^INSERT INTO \w+ VALUES\((.*)\);$/gm)].map((statement) => {
    const values = [...statement[1]!.matchAll(/'((?:[^']|'')*)'|(-?[\d.]+)/g)].map((value) =>
      (value[1] ?? value[2]!).replaceAll("''", "'"),
    );
    if (values.length !== columns.length) throw new Error(`cannot read: ${statement[0]}`);
    return Object.fromEntries(columns.map((column, index) => [column, values[index]!]));
  });
}

const folder = argv[2];
if (!folder) throw new Error('usage: node scripts/make-catalogs.ts FOLDER');
const schema = readFileSync(join(folder, 'schema.sql'), 'utf8');
for (const [table, file, entry] of catalogs) {
  const sql = readFileSync(join(folder, `${table}.sql`), 'utf8');
  const rows = rowsOf(sql, columnsOf(schema, table));
  if (rows.length === 0) throw new Error(`${table}.sql holds no row`);
  const lines = rows.map((row) => `  ${JSON.stringify(entry(row))}`);
  writeFileSync(join(target, `${file}.json`), `[\n${lines.join(',\n')}\n]\n`);
  console.log(`${file}.json: ${rows.length}`);
}
