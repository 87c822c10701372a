import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { newId } from '../../platform/clock.ts';
import { kyselyOver } from '../../platform/postgres/tables.ts';
import { customerDirectory, type Directory } from '../customers.ts';
import { batchRows, previewRowsMax } from './import-limits.ts';
import {
  csv,
  HEADINGS,
  type ImportRig,
  importRig,
  publicSale,
  ROBOTICA,
  XENON,
  XOCHILT,
  xlsx,
} from './test-imports.ts';

describe('what becomes of the rows of a file', () => {
  const cleanups = cleanupsOfBlock();
  let rig: ImportRig;
  let directory: Directory;
  before(async () => {
    rig = await importRig(cleanups);
    directory = customerDirectory({ db: kyselyOver(rig.pool), newId });
  });

  for (const [kind, make] of [
    ['CSV', csv],
    ['.xlsx', xlsx],
  ] as const) {
    test(`the good rows of a ${kind} become customers, the bad ones are told with row, column and reason`, async () => {
      const company = await rig.company();
      const bad = ['NOMBRE', 'NOESRFC', '601', '86991', 'no es correo'];
      const state = await company.importFile(await make([ROBOTICA, bad, XENON, XOCHILT]));
      assert.deepEqual(
        [state.status, state.rows, state.processed, state.imported, state.rejected],
        ['done', 4, 4, 3, 1],
      );
      assert.equal(state.created_by, 'Quien importa');
      const customers = await company.customers();
      assert.deepEqual(
        customers.map((one) => [one.legal_name, one.tax_id, one.tax_system, one.zip, one.email]),
        [ROBOTICA, XENON, XOCHILT].map((cells) => cells.map((cell) => cell || null)),
      );
      const [told] = await company.told(state.id);
      assert.deepEqual([told!.row, told!.columns, told!.cells], [3, 'RFC, Correo', bad]);
      assert.match(told!.reason, /^RFC: Revisa el RFC.* Correo electrónico: /);
    });
  }

  test('a customer imported is read as one that was typed', async () => {
    const company = await rig.company();
    await company.importFile(csv([XENON]));
    const [row] = await company.customers();
    const typed = await directory.create((await rig.company()).tenantId, {
      ...{ legal_name: XENON[0]!, tax_id: XENON[1]!, tax_system: '601', email: XENON[4]! },
      address: { zip: XENON[3]! },
    });
    const imported = await directory.find(company.tenantId, row.id);
    const bare = (customer: object | undefined) => ({
      ...customer,
      ...{ id: '', created_at: '', updated_at: '', warnings: [] },
    });
    assert.deepEqual(bare(imported), bare(typed));
  });

  test('a known RFC is corrected by what the file says, kept where it says nothing', async () => {
    const company = await rig.company();
    const headings = [...HEADINGS, 'Teléfono', 'Calle'];
    await company.importFile(csv([[...XENON, '8112345678', 'REFORMA']], headings));
    const [earlier] = await company.customers();
    const changed = ['XENON DEL NORTE', 'XIA190128J61', '601', '64000', ''];
    const state = await company.importFile(csv([[...changed, '', 'JUAREZ']], headings));
    assert.deepEqual([state.updated, state.imported, state.created], [1, 1, 0]);
    const [later] = await company.customers();
    assert.deepEqual(
      [later.id, later.legal_name, later.zip, later.email, later.phone, later.street],
      [earlier.id, 'XENON DEL NORTE', '64000', 'x@xenon.mx', '8112345678', 'JUAREZ'],
    );
    const { data } = await directory.history(company.tenantId, later.id);
    assert.deepEqual(
      [
        data[0]!.by,
        data[0]!.via,
        data[0]!.version,
        data[0]!.changes.map(({ field }) => field).sort(),
      ],
      ['Quien importa', 'import', 2, ['address.street', 'address.zip', 'legal_name']],
    );
  });

  test('a row that says nothing new changes nothing', async () => {
    const company = await rig.company();
    await company.importFile(csv([XENON, ROBOTICA]));
    const earlier = await company.customers();
    const state = await company.importFile(csv([ROBOTICA, XENON]));
    assert.deepEqual([state.unchanged, state.imported, state.rejected], [2, 0, 0]);
    assert.deepEqual(await company.customers(), earlier);
  });

  test('of several customers with one RFC the one of that name is meant, and none is guessed', async () => {
    const company = await rig.company();
    for (const name of ['XENON MATRIZ', 'XENON SUCURSAL']) {
      await directory.create(company.tenantId, {
        ...{ legal_name: name, tax_id: XENON[1]!, tax_system: '601', address: { zip: '76343' } },
      });
    }
    const named = ['XENON SUCURSAL', XENON[1]!, '601', '64000', ''];
    const first = await company.importFile(csv([named]));
    assert.equal(first.updated, 1);
    assert.deepEqual(
      (await company.customers()).map(({ legal_name, zip }) => [legal_name, zip]),
      [
        ['XENON MATRIZ', '76343'],
        ['XENON SUCURSAL', '64000'],
      ],
    );
    const second = await company.importFile(csv([XENON]));
    assert.deepEqual([second.rejected, second.imported], [1, 0]);
    assert.match((await company.told(second.id))[0]!.reason, /varios clientes con este RFC/);
  });

  test('an archived customer gives way to one in use, and is corrected where it is the only one', async () => {
    const company = await rig.company();
    await company.importFile(csv([XENON]));
    const [one] = await company.customers();
    await directory.archive(company.tenantId, one.id);
    await company.importFile(csv([['XENON ARCHIVADO', XENON[1]!, '601', '76343', '']]));
    assert.deepEqual(
      (await company.customers()).map(({ legal_name, archived_at }) => [legal_name, !!archived_at]),
      [['XENON ARCHIVADO', true]],
    );
    const fields = { legal_name: 'XENON EN USO', tax_id: XENON[1]!, tax_system: '601' };
    await directory.create(company.tenantId, { ...fields, address: { zip: '76343' } });
    const state = await company.importFile(csv([['XENON NUEVO', XENON[1]!, '601', '76343', '']]));
    assert.equal(state.updated, 1);
    assert.deepEqual(
      (await company.customers()).map(({ legal_name, archived_at }) => [legal_name, !!archived_at]),
      [
        ['XENON ARCHIVADO', true],
        ['XENON NUEVO', false],
      ],
    );
  });

  test('a generic RFC is many customers, told apart by their names', async () => {
    const company = await rig.company();
    await company.importFile(csv([publicSale('MOSTRADOR'), publicSale('EN LINEA')]));
    const state = await company.importFile(
      csv([publicSale('MOSTRADOR', '64000'), publicSale('FERIA')]),
    );
    assert.deepEqual([state.updated, state.created], [1, 1]);
    assert.deepEqual(
      (await company.customers()).map(({ legal_name, zip }) => [legal_name, zip]),
      [
        ['EN LINEA', '86991'],
        ['FERIA', '86991'],
        ['MOSTRADOR', '64000'],
      ],
    );
  });

  test('of the rows about one customer the last good one counts, wherever they stand', async () => {
    const company = await rig.company();
    const between = Array.from({ length: batchRows }, (_, i) => publicSale(`MOSTRADOR ${i}`));
    const good = ['XENON ULTIMO', XENON[1]!, '601', '64000', ''];
    const bad = ['XENON MALO', XENON[1]!, '601', '640', ''];
    const state = await company.importFile(csv([XENON, XENON, ...between, good, bad]));
    assert.deepEqual(
      [state.created, state.duplicates, state.rejected, state.updated],
      [batchRows + 1, 2, 1, 0],
    );
    const rows = await company.customers();
    assert.equal(rows.filter(({ tax_id }) => tax_id === XENON[1]).length, 1);
    assert.ok(rows.some(({ legal_name }) => legal_name === 'XENON ULTIMO'));
    const told = await company.told(state.id, 'noted');
    assert.deepEqual(
      told.map(({ row, reason }) => [row, /fila (\d+)/.exec(reason)?.[1]]),
      [2, 3].map((row) => [row, String(batchRows + 4)]),
    );
  });

  test('a check digit that does not match is refused until a person has accepted it', async () => {
    const company = await rig.company();
    const odd = ['XOCHILT CASAS CHAVEZ', 'CACX7605101P9', '612', '36257', ''];
    const first = await company.importFile(csv([odd]));
    assert.deepEqual([first.rejected, first.imported], [1, 0]);
    assert.match((await company.told(first.id))[0]!.reason, /dígito verificador/);
    const headings = [...HEADINGS, 'RFC revisado'];
    const second = await company.importFile(csv([[...odd, 'Sí']], headings));
    assert.equal(second.created, 1);
    const third = await company.importFile(csv([odd.with(3, '64000')]));
    assert.deepEqual([third.updated, third.rejected], [1, 0]);
    const [customer] = await company.customers();
    assert.deepEqual([customer.zip, customer.rfc_check_digit_accepted], ['64000', true]);
  });

  test('a company suffix is refused as the directory refuses it, and taken off when asked to', async () => {
    const company = await rig.company();
    const file = csv([['XENON, S.A. de C.V.', ...XENON.slice(1)]]);
    const strict = await company.importFile(file);
    assert.equal(strict.rejected, 1);
    const asked = await company.importFile(file, { stripCompanySuffix: true });
    assert.deepEqual([asked.id === strict.id, asked.created, asked.noted], [false, 1, 1]);
    assert.deepEqual((await company.customers())[0].legal_name, 'XENON');
    assert.match((await company.told(asked.id, 'noted'))[0]!.reason, /S\.A\. de C\.V\./);
  });

  test('what Excel made a number gets its zero back, with a note', async () => {
    const company = await rig.company();
    const state = await company.importFile(csv([XENON.with(3, '1000')]));
    assert.deepEqual([state.created, state.noted], [1, 1]);
    assert.equal((await company.customers())[0].zip, '01000');
    const [note] = await company.told(state.id, 'noted');
    assert.deepEqual([note!.row, note!.columns], [2, 'Código postal']);
  });

  test('a correction that would leave a customer wrong is refused', async () => {
    const company = await rig.company();
    await company.importFile(csv([[...XENON, 'G03']], [...HEADINGS, 'Uso de CFDI']));
    const state = await company.importFile(csv([XENON.with(2, '603')]));
    assert.equal(state.updated, 1);
    // 610 is a regime of companies that may not use G03.
    const wrong = await company.importFile(csv([XENON.with(2, '610')]));
    assert.deepEqual([wrong.updated, wrong.rejected], [0, 1]);
    assert.equal((await company.customers())[0].tax_system, '603');
  });

  test('a dry run says what would happen, with the first of each kind, and writes nothing', async () => {
    const company = await rig.company();
    await company.importFile(csv([XENON, ROBOTICA]));
    const earlier = await company.customers();
    const many = (count: number, name: string) =>
      Array.from({ length: count }, (_, i) => publicSale(`${name} ${i}`));
    const rows = [
      ...many(previewRowsMax + 1, 'NUEVO'),
      XENON.with(3, '64000'),
      ROBOTICA,
      ...many(previewRowsMax, 'MALO').map((row) => row.with(2, '999')),
    ];
    const dry = await company.importFile(csv(rows), { dryRun: true });
    assert.deepEqual(
      [dry.status, dry.dry_run, dry.imported, dry.created, dry.updated, dry.unchanged],
      ['done', true, 0, previewRowsMax + 1, 1, 1],
    );
    assert.equal(dry.rejected, previewRowsMax);
    assert.deepEqual(await company.customers(), earlier);
    const { created, updated, unchanged, rejected } = dry.preview!;
    assert.deepEqual(
      [created.length, updated.length, unchanged.length, rejected.length],
      [previewRowsMax, 1, 1, previewRowsMax],
    );
    assert.deepEqual([created[0]!.row, created[0]!.values.legal_name], [2, 'NUEVO 0']);
    assert.deepEqual(updated[0]!.changes, [
      { field: 'address.zip', before: '76343', after: '64000' },
    ]);
    assert.equal(rejected[0]!.remarks![0]!.column, 'tax_system');
    const real = await company.importFile(csv(rows));
    assert.deepEqual(
      [real.created, real.updated, real.unchanged, real.rejected],
      [dry.created, dry.updated, dry.unchanged, dry.rejected],
    );
  });
});
