import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as catalogs from './catalogs.ts';
import { isValidOn, lookUpIn } from './look-up.ts';
import { unitKey, unitKeys } from './unit-keys.ts';

const dumps = new URL('../../../../shared/sat/catalogs/', import.meta.url);

type Column = string | undefined;
interface Entry {
  code: string;
  name: string;
  valid_from?: string;
  valid_to?: string;
}

/** Our entries, and SAT's table with the columns of code, name and dates where it has them. */
const tables: [table: string, entries: readonly Entry[], columns?: Column[]][] = [
  ['formas_pago', catalogs.paymentForms],
  ['metodos_pago', catalogs.paymentMethods],
  ['monedas', catalogs.currencies],
  ['exportaciones', catalogs.exports],
  ['objetos_impuestos', catalogs.taxabilities],
  ['tipos_relaciones', catalogs.relationTypes],
  ['meses', catalogs.months],
  ['periodicidades', catalogs.periodicities],
  ['paises', catalogs.countries, ['id', 'texto', undefined, undefined]],
  ['estados', catalogs.states, ['estado', 'texto', 'vigencia_desde', 'vigencia_hasta']],
  ['tipos_factores', catalogs.taxFactors, ['id', 'id', 'vigencia_desde', 'vigencia_hasta']],
  ['impuestos', catalogs.taxTypes],
  ['regimenes_fiscales', catalogs.taxSystems],
  ['usos_cfdi', catalogs.uses],
  ['claves_unidades', unitKeys],
];
const usual: Column[] = ['id', 'texto', 'vigencia_desde', 'vigencia_hasta'];

/** The rows of a table as SAT's dump has them, each as text by column. */
function dumped(table: string): Record<string, string>[] {
  const read = (file: string) => readFileSync(new URL(`${file}.sql`, dumps), 'utf8');
  const body = read('schema').match(new RegExp(`"cfdi_40_${table}"\\(([^;]*)\\);`))![1]!;
  const columns = [...body.matchAll(/^ {2}"(\w+)" /gm)].map(([, column]) => column!);
  return [...read(table).matchAll(/VALUES\((.*)\);$/gm)].map(([, values]) => {
    const texts = [...values!.matchAll(/'((?:[^']|'')*)'|(-?[\d.]+)/g)].map(
      ([, quoted, bare]) => quoted?.replaceAll("''", "'") ?? bare!,
    );
    assert.equal(texts.length, columns.length, values);
    return Object.fromEntries(columns.map((column, index) => [column, texts[index]!]));
  });
}

const absent =
  !existsSync(dumps) && "NO CATALOGUE WAS COMPARED: SAT's dump is not beside the repository";
test("the catalogues hold every entry of SAT's dump, its name and its dates", {
  skip: absent,
}, () => {
  // Left out in ours: CFDI 4.0 itself began that day.
  const since = (date: string | undefined) => (date === '2022-01-01' ? '' : (date ?? ''));
  for (const [table, entries, columns = usual] of tables) {
    const theirs = dumped(table).map((row) => {
      const [code, name, from, to] = columns.map((column) => (column ? row[column] : ''));
      return [code, name, since(from), to];
    });
    assert.ok(theirs.length > 0, table);
    const ours = entries.map((one) => [
      one.code,
      one.name,
      one.valid_from ?? '',
      one.valid_to ?? '',
    ]);
    assert.deepEqual(ours, theirs, table);
  }
});

test("regimes, uses and rates say what SAT's dump says of them", { skip: absent }, () => {
  const flag = (text: string | undefined) => text === '1';
  const regimes = dumped('regimenes_fiscales');
  assert.deepEqual(
    catalogs.taxSystems.map(({ code, person, company }) => [code, person, company]),
    regimes.map((row) => [row.id, flag(row.aplica_fisica), flag(row.aplica_moral)]),
  );
  assert.deepEqual(
    catalogs.uses.map((use) => [use.code, use.person, use.company, use.tax_systems.join()]),
    dumped('usos_cfdi').map((row) => [
      row.id,
      flag(row.aplica_fisica),
      flag(row.aplica_moral),
      row.regimenes_fiscales_receptores!.replaceAll(' ', ''),
    ]),
  );
  assert.deepEqual(
    catalogs.rateRules.map((rule) => [
      rule.min,
      rule.max,
      rule.type,
      rule.factor,
      rule.transferred,
      rule.withheld,
    ]),
    dumped('reglas_tasa_cuota').map((row) => [
      row.tipo === 'Rango' ? row.minimo : row.valor,
      row.valor,
      row.impuesto!.replace(/^IVA.*/, 'IVA'),
      row.factor,
      flag(row.traslado),
      flag(row.retencion),
    ]),
  );
});

test('codes are found, and unknown or hostile ones are not', () => {
  assert.equal(catalogs.paymentForm('03')?.name, 'Transferencia electrónica de fondos');
  assert.equal(catalogs.taxSystem('601')?.company, true);
  assert.equal(catalogs.taxSystem('601')?.person, false);
  assert.equal(catalogs.currency('MXN')?.decimals, 2);
  assert.equal(catalogs.currency('JPY')?.decimals, 0);
  assert.equal(catalogs.currency('BHD')?.decimals, 3);
  assert.equal(catalogs.country('MEX')?.name, 'México');
  assert.equal(catalogs.taxCode('IVA'), '002');
  assert.equal(unitKey('H87')?.name, 'Pieza');
  assert.ok(unitKeys.length > 2400);
  for (const code of ['', '3', '__proto__', 'constructor', ' 03']) {
    assert.equal(catalogs.paymentForm(code), undefined);
    assert.equal(unitKey(code), undefined);
  }
});

test('uses are those of the regime, and persons have the personal deductions', () => {
  const codes = (system: string, kind?: 'person' | 'company') =>
    catalogs.usesFor(system, kind).map((entry) => entry.code);
  assert.deepEqual(codes('616'), ['G02', 'S01', 'CP01']);
  assert.ok(codes('612', 'person').includes('D01'));
  assert.ok(!codes('601').includes('D01'));
  // The dump writes "625,626" without a space: both must be read.
  assert.ok(codes('626').includes('G01'));
  assert.ok(codes('625').includes('G01'));
  assert.deepEqual(codes('999'), []);
});

test('a regime fits a person, a company or both', () => {
  const codes = (kind: 'person' | 'company') =>
    catalogs.taxSystemsFor(kind).map((entry) => entry.code);
  assert.ok(codes('person').includes('626') && codes('company').includes('626'));
  assert.ok(codes('person').includes('605') && !codes('company').includes('605'));
  assert.ok(codes('company').includes('601') && !codes('person').includes('601'));
});

test('an entry is absent the day before its validity and the day after', () => {
  const entry = { code: 'A', name: 'a', valid_from: '2025-01-02', valid_to: '2025-12-30' };
  const find = lookUpIn([entry]);
  assert.equal(find('A'), entry);
  assert.equal(find('A', '2025-01-01'), undefined);
  assert.equal(find('A', '2025-01-02'), entry);
  assert.equal(find('A', '2025-12-30'), entry);
  assert.equal(find('A', '2025-12-31'), undefined);
  assert.ok(isValidOn({}, '1900-01-01'));
  // Taxability 06 began on 13 December 2024.
  assert.equal(catalogs.taxability('06', '2024-12-12'), undefined);
  assert.equal(catalogs.taxability('06', '2024-12-13')?.code, '06');
});

test('rate rules tell the sides and the factors apart', () => {
  const rates = (type: 'IVA' | 'ISR' | 'IEPS', factor: 'Tasa' | 'Cuota', withholding: boolean) =>
    catalogs.rateRulesFor({ type, factor, withholding }).map((rule) => rule.max);
  assert.deepEqual(rates('IVA', 'Tasa', false), ['0.000000', '0.160000', '0.080000']);
  assert.deepEqual(rates('IVA', 'Tasa', true), ['0.160000']);
  assert.deepEqual(rates('ISR', 'Tasa', false), []);
  assert.deepEqual(rates('ISR', 'Tasa', true), ['0.350000']);
  assert.deepEqual(rates('IEPS', 'Cuota', false), ['72.160500']);
  const quota = { type: 'IEPS', factor: 'Cuota', withholding: false } as const;
  assert.deepEqual(catalogs.rateRulesFor(quota, '2025-12-31'), []);
});

test('every rate rule and every date has the shape the code trusts', () => {
  for (const rule of catalogs.rateRules) {
    assert.ok(['fixed', 'range'].includes(rule.kind));
    assert.ok(['IVA', 'ISR', 'IEPS'].includes(rule.type));
    assert.ok(['Tasa', 'Cuota'].includes(rule.factor));
    assert.match(rule.min, /^\d+\.\d{6}$/);
    assert.match(rule.max, /^\d+\.\d{6}$/);
    assert.ok(rule.kind === 'range' || rule.min === rule.max);
    assert.ok(rule.transferred || rule.withheld);
  }
  const dated = [...catalogs.uses, ...catalogs.taxabilities, ...unitKeys, ...catalogs.rateRules];
  for (const { valid_from, valid_to } of dated) {
    for (const date of [valid_from, valid_to]) {
      if (date !== undefined) assert.match(date, /^\d{4}-\d\d-\d\d$/);
    }
  }
});

test('states are those of the country', () => {
  assert.equal(catalogs.statesOf('MEX').length, 32);
  assert.deepEqual(catalogs.statesOf('ESP'), []);
});
