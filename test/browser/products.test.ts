import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { cleanupsOfBlock } from '../support/cleanups.ts';
import type { Installation } from '../support/installation.ts';
import type { Person } from '../support/person.ts';
import {
  complaintAt,
  focused,
  invoiceAddress,
  newInvoice,
  noBrowser,
  openTab,
  says,
  sidewaysPixels,
  signIn,
  startConsole,
} from './browser.ts';

const productAddress = /\/products\/[\da-f-]{36}$/;
const dictamen = {
  description: 'Dictamen de estados financieros',
  product_key: '84111603',
  unit_key: 'E48',
  price: 10_000,
  tax_included: false,
  sku: 'DICT-1',
  taxes: [{ rate: 0.16 }, { type: 'ISR', rate: 0.1, withholding: true }],
};

describe('products, in a browser', { skip: noBrowser }, () => {
  const cleanups = cleanupsOfBlock();
  let timbra: Installation;
  let browser: Browser;
  let person: Person;

  before(async () => {
    ({ timbra, browser } = await startConsole(cleanups));
    person = await timbra.person();
  });

  const create = async (o: object) => {
    const answer = await person.call('POST', '/api/products', { ...dictamen, ...o });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  };
  const open = async (page: Page, path: string) => {
    await signIn(page, timbra.url);
    await newInvoice(page).title.waitFor();
    await page.goto(timbra.url + path);
  };
  const form = (page: Page) => ({
    description: page.getByRole('textbox', { name: 'Descripción' }),
    key: page.getByRole('combobox', { name: 'Clave de producto o servicio' }),
    sku: page.getByRole('textbox', { name: 'Código interno (SKU)' }),
    price: page.getByRole('textbox', { name: /^Precio (con|sin) impuestos/ }),
    taxes: page.getByRole('combobox', { name: 'Impuestos' }),
    save: page.getByRole('button', { name: 'Guardar producto' }),
    preview: page.getByRole('complementary', { name: 'Una pieza en la factura' }),
  });

  test('from a word for its key to a saved product, by keyboard, and found again', async (t) => {
    const page = await openTab(t, browser);
    await open(page, '/products/new');
    const fields = form(page);
    await focused(fields.description);
    await page.keyboard.type('Café molido de altura');
    await page.keyboard.press('Tab');
    await focused(fields.key);
    await page.keyboard.type('café');
    const first = page.getByRole('option', { name: '50201706' });
    await first.waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.equal(await fields.key.inputValue(), '50201706');
    await fields.sku.press('ControlOrMeta+A');
    await page.keyboard.type('CAF-1');
    await fields.price.press('ControlOrMeta+A');
    await page.keyboard.type('116');
    await says(fields.preview, 'IVA 16% incluido en el precio');
    await says(fields.preview, /Subtotal\s*\$100\.00/);
    await page.keyboard.press('Enter');
    await page.waitForURL(productAddress);
    await page.getByRole('heading', { name: 'Café molido de altura' }).waitFor();

    await page.getByRole('link', { name: 'Productos', exact: true }).press('Enter');
    await focused(page.getByRole('searchbox', { name: 'Buscar productos' }));
    await page.keyboard.type('caf1');
    const row = page.getByRole('listitem').filter({ hasText: 'Café molido de altura' });
    await says(row, '$100.00 sin impuestos');
    await page.keyboard.press('Enter');
    await page.waitForURL(productAddress);
  });

  test('what is missing or taken is said at its field, which gets the focus', async (t) => {
    await create({ sku: 'OCUPADO' });
    const page = await openTab(t, browser);
    await open(page, '/products/new');
    const fields = form(page);
    await fields.save.click();
    assert.equal(await complaintAt(fields.description), 'Escribe la descripción.');
    assert.equal(await complaintAt(fields.price), 'Escribe un precio mayor que cero.');
    await focused(fields.description);
    await fields.description.fill('Otro');
    await fields.key.fill('84111506');
    await fields.price.fill('1');
    await fields.sku.fill('ocupado');
    await fields.save.click();
    assert.match(await complaintAt(fields.sku), /ya es de otro producto/);
    await focused(fields.sku);
  });

  test('taxes of its own kind are edited in rows, and each is told in the sums', async (t) => {
    const { id } = await create({ sku: 'REF-1', description: 'Refresco' });
    const page = await openTab(t, browser);
    await open(page, `/products/${id}`);
    const fields = form(page);
    await says(fields.preview, 'Más IVA 16%, retención de ISR 10%');
    await says(fields.preview, '$10,600.00');
    await page.getByRole('button', { name: 'Quitar impuesto 2' }).click();
    await page.getByRole('button', { name: 'Agregar impuesto' }).click();
    const row = page.getByRole('group', { name: 'Impuesto 2' });
    await row.getByRole('combobox', { name: 'Impuesto' }).click();
    await page.getByRole('option', { name: 'IEPS' }).click();
    await row.getByLabel('Tasa').fill('8');
    await says(fields.preview, 'Más IVA 16% e IEPS 8%');
    await fields.save.click();
    await page.getByText('Guardado').waitFor();
    const { body } = await person.get(`/api/products/${id}`);
    assert.deepEqual(
      body.taxes.map((tax: { type: string; rate: number }) => [tax.type, tax.rate]),
      [
        ['IVA', 0.16],
        ['IEPS', 0.08],
      ],
    );
  });

  test('two who change it at once see both versions, and one chooses', async (t) => {
    const { id } = await create({ sku: 'DOS-1', description: 'De dos' });
    const page = await openTab(t, browser);
    await open(page, `/products/${id}`);
    const fields = form(page);
    await fields.price.fill('12000');
    await person.call('PUT', `/api/products/${id}`, {
      ...dictamen,
      sku: 'DOS-1',
      description: 'De dos',
      price: 11_000,
    });
    await fields.save.click();
    const dialog = page.getByRole('dialog', { name: 'Alguien más cambió este producto' });
    await says(dialog.getByRole('row', { name: /Precio/ }), /12,000\s*11,000/);
    await dialog.getByRole('button', { name: 'Guardar lo mío' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Guardado').waitFor();
    assert.equal((await person.get(`/api/products/${id}`)).body.price, 12_000);
  });

  test('an archived product leaves the list, and comes back', async (t) => {
    const { id } = await create({ sku: 'VIEJO', description: 'Archivable' });
    const page = await openTab(t, browser);
    await open(page, `/products/${id}`);
    await page.getByRole('button', { name: 'Archivar' }).click();
    const dialog = page.getByRole('dialog', { name: '¿Archivar este producto?' });
    await dialog.getByRole('button', { name: 'Archivar' }).click();
    await page.getByRole('note').getByText('Archivado').waitFor();
    await page.getByRole('link', { name: 'Productos', exact: true }).click();
    await page.getByRole('searchbox').fill('archivable');
    await page.getByText('Ningún producto coincide').waitFor();
    await page.getByText('Archivados').click();
    await page.getByRole('link', { name: /^Archivable/ }).click();
    await page.getByRole('button', { name: 'Restaurar' }).click();
    await page.getByRole('button', { name: 'Archivar' }).waitFor();
    assert.equal((await person.get(`/api/products/${id}`)).body.archived_at, null);
  });

  test('a product chosen in a line fills it, and is issued by its id', async (t) => {
    const { id } = await create({ sku: 'AUD-1', description: 'Auditoría anual' });
    const page = await openTab(t, browser);
    await signIn(page, timbra.url);
    const fields = newInvoice(page);
    await fields.customer.fill('xenon industrial');
    await fields.customer.press('Enter');
    await focused(fields.description);
    await page.keyboard.type('aud1');
    await page.getByRole('option', { name: /Auditoría anual/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.equal(await fields.description.inputValue(), 'Auditoría anual');
    assert.equal(await fields.price.inputValue(), '10,000');
    await says(fields.summary, '$10,600.00');
    const sent = page.waitForRequest((request) => request.url().endsWith('/api/invoices'));
    await page.keyboard.press('Control+Enter');
    assert.equal((await sent).postDataJSON().items[0].product, id);
    await page.waitForURL(invoiceAddress);
    await page.getByText('Auditoría anual').first().waitFor();
  });

  test('a product that changed since it was chosen is issued as the line says it', async (t) => {
    const { id } = await create({ sku: 'MUD-1', description: 'Mudanza local' });
    const page = await openTab(t, browser);
    await signIn(page, timbra.url);
    const fields = newInvoice(page);
    await fields.customer.fill('xenon industrial');
    await fields.customer.press('Enter');
    await fields.description.fill('mudanza');
    await page.getByRole('option', { name: /Mudanza local/ }).click();
    await says(fields.summary, '$10,600.00');
    await person.call('PUT', `/api/products/${id}`, { ...dictamen, sku: 'MUD-1', price: 99_000 });
    const read = page.waitForResponse((answer) => answer.url().endsWith(`/api/products/${id}`));
    await page.reload();
    await read;
    await says(fields.summary, '$10,600.00');
    const sent = page.waitForRequest((request) => request.url().endsWith('/api/invoices'));
    await page.keyboard.press('Control+Enter');
    const [item] = (await sent).postDataJSON().items;
    assert.deepEqual([item.product.description, item.product.price], ['Mudanza local', 10_000]);
    await page.waitForURL(invoiceAddress);
  });

  test('a phone of 360 pixels never scrolls sideways', async (t) => {
    const { id } = await create({ sku: 'TEL-1', description: `Largo ${'palabra '.repeat(30)}` });
    const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
    const page = await openTab(t, browser, { ...phone, colorScheme: 'dark' });
    const fits = async (state: string) => assert.equal(await sidewaysPixels(page), 0, state);
    await open(page, '/products');
    await page.getByRole('listitem').first().waitFor();
    await fits('the list');
    await page.goto(`${timbra.url}/products/${id}`);
    await says(form(page).preview, 'Subtotal');
    await fits('a product');
    await page.goto(`${timbra.url}/products/new`);
    await form(page).save.tap();
    await complaintAt(form(page).description);
    await form(page).key.fill('café');
    await page.getByRole('option').first().waitFor();
    await fits('a new one, its key looked for');
  });
});
