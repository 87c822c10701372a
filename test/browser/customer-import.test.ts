import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { csv, csvOfCustomers, HEADINGS } from '../../server/customers/import/test-imports.ts';
import { cleanupsOfBlock } from '../support/cleanups.ts';
import type { Installation } from '../support/installation.ts';
import {
  newInvoice,
  noBrowser,
  openTab,
  says,
  sidewaysPixels,
  signIn,
  startConsole,
  xenon,
} from './browser.ts';

const importMsMax = 60_000;
const slow = { timeout: importMsMax };
const known = [xenon.legal_name, xenon.tax_id, xenon.tax_system, '64000', 'nuevo@xenon.mx'];
const bad = ['CLIENTE MALO', 'NOESRFC', '601', '64000', ''];

describe('importing customers in the console', { skip: noBrowser }, () => {
  const cleanups = cleanupsOfBlock();
  let timbra: Installation;
  let browser: Browser;
  before(async () => {
    ({ timbra, browser } = await startConsole(cleanups));
  });

  async function openImport(page: Page): Promise<void> {
    await signIn(page, timbra.url);
    await newInvoice(page).title.waitFor();
    await page.goto(`${timbra.url}/customers/import`);
    await page.getByRole('heading', { name: 'Importar clientes' }).waitFor();
  }
  const choose = (page: Page, name: string, content: string | Buffer) =>
    page
      .getByLabel('Elegir archivo')
      .and(page.locator('input'))
      .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });

  test('a file is reviewed first, then imported, and its errors are there to be put right', async (t) => {
    const page = await openTab(t, browser);
    await openImport(page);
    const added = ['AGUA DEL NORTE, S.A. DE C.V.', 'EKU9003173C9', '601', '42501', ''];
    await choose(page, 'enero.csv', csv([known, bad, added]));
    await page.getByRole('heading', { name: 'Esto es lo que pasaría' }).waitFor(slow);
    await page.getByRole('tab', { name: 'Con errores (1)' }).waitFor();
    await says(page.getByRole('tabpanel'), /Fila 3.*CLIENTE MALO.*Revisa el RFC/);
    await page.getByRole('tab', { name: 'Con cambios (1)' }).click();
    await says(page.getByRole('tabpanel'), 'Código postal: 76343 → 64000');
    await page.getByRole('tab', { name: 'Nuevos (1)' }).click();
    await says(page.getByRole('tabpanel'), 'Se quitó el régimen de capital');
    const person = await timbra.person();
    const total = async () => (await person.bytes('/api/customers/export')).toString();
    assert.ok(!(await total()).includes('AGUA DEL NORTE'));

    await page.getByRole('button', { name: 'Importar 2 clientes' }).click();
    await page.getByRole('heading', { name: 'Importación terminada' }).waitFor(slow);
    assert.match(page.url(), /\/customers\/import\/[\da-f-]{36}$/);
    assert.match(await total(), /AGUA DEL NORTE,EKU9003173C9/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Errores en CSV' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), 'errores.csv');
    // Whoever comes back later finds it again.
    await page.reload();
    await page.getByRole('heading', { name: 'Importación terminada' }).waitFor();
    await page.getByRole('button', { name: 'Elegir otro archivo' }).click();
    await page.getByRole('link', { name: 'enero.csv' }).waitFor();
  });

  test('the progress of a large file is shown while it goes on', async (t) => {
    const page = await openTab(t, browser);
    await openImport(page);
    await choose(page, 'grande.csv', csvOfCustomers({ seed: 3, rows: 1_500, badEvery: 500 }).text);
    await page.getByRole('button', { name: 'Importar 1,497 clientes' }).click(slow);
    await page.getByRole('heading', { name: 'Importando' }).waitFor();
    const told = page.getByRole('status').filter({ hasText: 'de 1,500 filas' });
    await told.filter({ hasNotText: /^(0|1,500) de/ }).waitFor(slow);
    await page.getByRole('heading', { name: 'Importación terminada' }).waitFor(slow);
  });

  test('what cannot be imported says why, and another file can be chosen', async (t) => {
    const page = await openTab(t, browser);
    await openImport(page);
    await choose(page, 'viejo.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'));
    await says(page.getByRole('alert'), 'Excel anterior (.xls)');
    await choose(page, 'sin-cp.csv', csv([], HEADINGS.toSpliced(3, 1)));
    await says(page.getByRole('alert'), 'Falta la columna «Código postal».');
    await page.getByRole('button', { name: 'Elegir otro archivo' }).click();
    await page.getByText('Arrastra aquí tu archivo').waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`on a phone nothing stands out sideways (${colorScheme})`, async (t) => {
      const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
      const page = await openTab(t, browser, { ...phone, colorScheme });
      await openImport(page);
      assert.equal(await sidewaysPixels(page), 0);
      await choose(
        page,
        'un-nombre-de-archivo-muy-largo-que-no-cabe-en-un-telefono.csv',
        csv([known, bad]),
      );
      await page.getByRole('heading', { name: 'Esto es lo que pasaría' }).waitFor(slow);
      assert.equal(await sidewaysPixels(page), 0);
    });
  }
});
