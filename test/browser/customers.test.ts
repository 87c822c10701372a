import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { type Cleanups, cleanupsOfBlock } from '../support/cleanups.ts';
import type { Installation } from '../support/installation.ts';
import {
  complaintAt,
  focused,
  newInvoice,
  noBrowser,
  openTab,
  says,
  sidewaysPixels,
  startConsole,
  xenon,
} from './browser.ts';

const customerAddress = /\/customers\/[\da-f-]{36}$/;

describe('the directory of customers, in a browser', { skip: noBrowser }, () => {
  const cleanups = cleanupsOfBlock();
  let timbra: Installation;
  let browser: Browser;
  before(async () => {
    ({ timbra, browser } = await startConsole(cleanups));
  });

  const made = async (change: object = {}): Promise<string> => {
    const person = await timbra.person();
    const { status, body } = await person.call('POST', '/api/customers', { ...xenon, ...change });
    assert.equal(status, 201, JSON.stringify(body));
    return body.id;
  };
  /** Signed in already: how one signs in is told elsewhere. */
  const openAt = async (t: Cleanups, path: string, options: BrowserContextOptions = {}) => {
    const page = await openTab(t, browser, options);
    const [name, value] = (await timbra.person()).cookie.split('=') as [string, string];
    await page.context().addCookies([{ name, value, url: timbra.url }]);
    await page.goto(timbra.url + path);
    return page;
  };

  test('found while typing and opened by keyboard alone, and the way back keeps the search', async (t) => {
    await made({ legal_name: 'TORNILLOS DE BUENAVISTA', tax_id: 'TBU900101AB1', ...accepted });
    const page = await openAt(t, '/invoices');
    await page.getByRole('link', { name: 'Clientes', exact: true }).press('Enter');
    await focused(form(page).search);
    await page.keyboard.type('tornillos buena');
    const row = page.getByRole('link', { name: /TORNILLOS DE BUENAVISTA/ });
    await says(row.locator('mark').first(), /TORNILLOS/);
    await page.keyboard.press('ArrowDown');
    await focused(row);
    await page.keyboard.press('ArrowUp');
    await focused(form(page).search);
    await page.keyboard.press('Enter');
    await page.waitForURL(customerAddress);
    await page.getByRole('heading', { name: 'TORNILLOS DE BUENAVISTA' }).waitFor();
    await page.goBack();
    assert.equal(await form(page).search.inputValue(), 'tornillos buena');
    await row.waitFor();
  });

  test('a new one: what is missing is said, the suffix is taken off by one click', async (t) => {
    const page = await openAt(t, '/customers');
    await form(page).search.fill('Ferretería la Nueva Sa de Cv');
    await page.getByRole('link', { name: /^Crear cliente “Ferretería/ }).click();
    const { name, taxId, zip, regime, save } = form(page);
    assert.equal(await name.inputValue(), 'Ferretería la Nueva Sa de Cv');
    await taxId.fill('EKU9003173C9');
    await zip.fill('42501');
    await save.click();
    assert.equal(await complaintAt(regime), 'Elige el régimen fiscal.');
    await choose(regime, '601');
    await save.click();
    assert.match(await complaintAt(name), /sin el régimen de capital/);
    await page.getByRole('button', { name: 'Usar “FERRETERÍA LA NUEVA”' }).click();
    await save.click();
    await page.waitForURL(customerAddress);
    await page.getByRole('heading', { name: 'FERRETERÍA LA NUEVA' }).waitFor();
    await says(page.getByRole('listitem').first(), 'Se dio de alta');
  });

  test('an RFC that another customer has is told while it is typed, and saved all the same', async (t) => {
    await made({ legal_name: 'LA PRIMERA', tax_id: 'URE180429TM6' });
    const page = await openAt(t, '/customers/new');
    const { name, taxId, zip, regime, save } = form(page);
    await name.fill('LA SEGUNDA');
    await taxId.fill('URE180429TM');
    assert.equal(await page.getByRole('alert').count(), 0);
    await taxId.pressSequentially('6');
    await page.getByRole('link', { name: 'LA PRIMERA' }).waitFor();
    await zip.fill('86991');
    await choose(regime, '601');
    await save.click();
    await page.waitForURL(customerAddress);
  });

  test('two who edit the same customer: both versions are shown, and the choice counts', async (t) => {
    const id = await made({ legal_name: 'DE DOS PERSONAS' });
    const page = await openAt(t, `/customers/${id}`);
    const dialog = page.getByRole('dialog', { name: 'Alguien más cambió este cliente' });
    const { phone, save } = form(page);
    const other = await timbra.person();
    const change = async (email: string) => {
      const body = { ...xenon, legal_name: 'DE DOS PERSONAS', email };
      assert.equal((await other.call('PUT', `/api/customers/${id}`, body)).status, 200);
    };
    const now = async () => (await other.get(`/api/customers/${id}`)).body;

    await phone.fill('55 1111 1111');
    await change('otra@persona.mx');
    await save.click();
    await says(dialog.getByRole('row', { name: /Teléfono/ }), '55 1111 1111');
    await says(dialog.getByRole('row', { name: /Correo/ }), 'otra@persona.mx');
    await dialog.getByRole('button', { name: 'Usar lo guardado' }).click();
    assert.equal(await form(page).email.inputValue(), 'otra@persona.mx');
    assert.equal(await phone.inputValue(), '');
    assert.equal((await now()).phone, null);

    await phone.fill('55 2222 2222');
    await change('tercera@persona.mx');
    await save.click();
    await dialog.getByRole('button', { name: 'Guardar lo mío' }).click();
    await page.getByText('Guardado', { exact: true }).waitFor();
    const { phone: kept, email } = await now();
    assert.deepEqual([kept, email], ['55 2222 2222', 'otra@persona.mx']);
  });

  test('an archived one leaves search and picker, is found among the archived, and comes back', async (t) => {
    const id = await made({ legal_name: 'GUARDADA EN EL CAJON' });
    const page = await openAt(t, `/customers/${id}`);
    await page.getByRole('button', { name: 'Archivar' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Archivar' }).click();
    await page.getByText('No aparece en las búsquedas').waitFor();
    await page.goto(`${timbra.url}/customers?q=guardada+en+el+cajon`);
    await page.getByText('Ningún cliente coincide').waitFor();
    await page.getByText('Archivados', { exact: true }).click();
    await page.getByRole('link', { name: /GUARDADA EN EL CAJON/ }).click();
    await page.getByRole('button', { name: 'Restaurar' }).click();
    await page.getByRole('button', { name: 'Archivar' }).waitFor();
    await page.goto(`${timbra.url}/customers?q=guardada+en+el+cajon`);
    await page.getByRole('link', { name: /GUARDADA EN EL CAJON/ }).waitFor();
  });

  test('one without invoices is deleted, one with invoices says why not', async (t) => {
    const id = await made({ legal_name: 'SIN FACTURAS' });
    const page = await openAt(t, `/customers/${id}`);
    const remove = page.getByRole('button', { name: 'Eliminar' });
    await remove.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Eliminar' }).click();
    await page.waitForURL(/\/customers$/);
    await page.goto(`${timbra.url}/customers/${id}`);
    await page.getByRole('heading', { name: 'No encontramos este cliente' }).waitFor();

    const busy = await made({ legal_name: 'CON FACTURAS' });
    const person = await timbra.person();
    const product = { description: 'x', product_key: '84111506', unit_key: 'E48', price: 1 };
    const invoice = { customer: busy, use: 'G03', payment_form: '03', items: [{ product }] };
    assert.ok((await person.issue(invoice, { prefer: 'wait=0' })).status < 300);
    await page.goto(`${timbra.url}/customers/${busy}`);
    await remove.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Eliminar' }).click();
    await says(dialog.getByRole('alert'), 'Este cliente tiene facturas');
  });

  test('a foreigner is kept with country, and no Mexican fields are asked for', async (t) => {
    const page = await openAt(t, '/customers/new');
    const { name, foreignZip, country, save } = form(page);
    await page.getByText('En el extranjero', { exact: true }).click();
    await name.fill('ACME INC');
    await foreignZip.fill('94103');
    await save.click();
    assert.equal(await complaintAt(country), 'Elige el país.');
    await choose(country, 'USA');
    await save.click();
    await page.waitForURL(customerAddress);
    const id = page.url().split('/').at(-1);
    const { body } = await (await timbra.person()).get(`/api/customers/${id}`);
    assert.deepEqual(
      [body.tax_id, body.tax_system, body.address.country],
      ['XEXX010101000', '616', 'USA'],
    );
  });

  test('a customer put right in the middle of an invoice keeps what the form did not show', async (t) => {
    await made({
      legal_name: 'CORREGIDA EN LA FACTURA',
      external_id: 'C-7',
      address: { zip: '76343', street: 'Calle Uno' },
    });
    const page = await openAt(t, '/invoices/new');
    const invoice = newInvoice(page);
    await invoice.customer.fill('corregida en la factura');
    await invoice.customer.press('Enter');
    await page.getByRole('button', { name: 'Corregir datos' }).click();
    await form(page).zip.fill('76344');
    await form(page).save.click();
    await says(invoice.chosenCustomer, 'C.P. 76344');
    const found = await (await timbra.person()).customer('corregida en la factura');
    const { body } = await (await timbra.person()).get(`/api/customers/${found.id}`);
    assert.deepEqual([body.external_id, body.address.street], ['C-7', 'Calle Uno']);
  });

  test('a phone of 360 pixels never scrolls sideways', async (t) => {
    const id = await made({ legal_name: 'UNA RAZÓN SOCIAL TAN LARGA QUE NO CABE EN UN TELÉFONO' });
    const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
    const page = await openAt(t, '/customers', phone);
    const fits = async (state: string) => assert.equal(await sidewaysPixels(page), 0, state);
    await page.getByRole('listitem').first().waitFor();
    await fits('the list');
    await page.goto(`${timbra.url}/customers/new`);
    await form(page).save.tap();
    await fits('an empty form');
    await page.goto(`${timbra.url}/customers/${id}`);
    await page.getByRole('button', { name: 'Domicilio y otros datos' }).tap();
    await fits('a customer');
    await page.getByRole('button', { name: 'Archivar' }).tap();
    await page.getByRole('dialog').waitFor();
    await fits('a question');
  });
});

const accepted = { accept_rfc_check_digit: true };

/** From a list that may still be on its way. */
async function choose(field: Locator, code: string): Promise<void> {
  await field.fill(code);
  await field
    .page()
    .getByRole('option', { name: new RegExp(`^${code}`) })
    .click();
}

function form(page: Page) {
  return {
    search: page.getByRole('searchbox', { name: 'Buscar clientes' }),
    name: page.getByRole('textbox', { name: 'Nombre o razón social' }),
    taxId: page.getByRole('textbox', { name: 'RFC' }),
    zip: page.getByRole('textbox', { name: 'Código postal fiscal' }),
    foreignZip: page.getByRole('textbox', { name: 'Código postal' }),
    regime: page.getByRole('combobox', { name: 'Régimen fiscal' }),
    country: page.getByRole('combobox', { name: 'País' }),
    email: page.getByRole('textbox', { name: /Correo electrónico/ }),
    phone: page.getByRole('textbox', { name: /Teléfono/ }),
    save: page.getByRole('button', { name: 'Guardar cliente' }),
  };
}
