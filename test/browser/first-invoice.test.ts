import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { cleanupsOfBlock } from '../support/cleanups.ts';
import { facturapiSide } from '../support/facturapi-side.ts';
import type { Installation } from '../support/installation.ts';
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
  xenon,
} from './browser.ts';

describe('the first page, in a browser', { skip: noBrowser }, () => {
  const cleanups = cleanupsOfBlock();
  let timbra: Installation;
  let browser: Browser;

  before(async () => {
    ({ timbra, browser } = await startConsole(cleanups));
  });

  test('from the address to a valid invoice, its PDF and its XML, by keyboard alone', async (t) => {
    const page = await openTab(t, browser);
    await signIn(page, timbra.url);
    await writeInvoice(page);
    await says(newInvoice(page).summary, '$1,740.58');

    const pdf = page.waitForResponse((answer) => answer.url().endsWith('/pdf'));
    await page.keyboard.press('Control+Enter');
    await page.waitForURL(invoiceAddress);
    await page.getByRole('status').getByText('Vigente').waitFor();

    assert.equal(await (await pdf).headerValue('content-type'), 'application/pdf');
    // The browser's own viewer takes the bytes: their number is what can be seen from outside.
    assert.equal(await (await pdf).finished(), null);
    assert.ok((await (await pdf).request().sizes()).responseBodySize > 1_000);
    const frame = page.getByTitle(/^PDF de la factura/);
    assert.match((await frame.getAttribute('src')) ?? '', /^blob:/);

    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Descargar XML' }).press('Enter');
    const xml = await readFile(await (await download).path(), 'utf8');
    const uuid = await page.getByText(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i).textContent();
    assert.ok(xml.toLowerCase().includes(String(uuid).toLowerCase()));
    assert.match(xml, /Total="1740\.58"/);
    assert.match((await download).suggestedFilename(), /^F\d+\.xml$/);

    await page.getByRole('link', { name: 'Facturas', exact: true }).press('Enter');
    const row = page.getByRole('listitem').filter({ hasText: xenon.legal_name });
    await says(row, 'Vigente');
  });

  test('a wrong password is said in words, and the right one then opens', async (t) => {
    const page = await openTab(t, browser);
    await signIn(page, timbra.url, 'otra');
    await says(page.getByRole('alert'), 'El correo o la contraseña no coinciden.');
    await focused(page.getByLabel('Contraseña', { exact: true }));
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('timbra-demo');
    await page.keyboard.press('Enter');
    await newInvoice(page).title.waitFor();
  });

  test('Enter hurried ahead of the search takes what was typed, not what was listed', async (t) => {
    const page = await openTab(t, browser);
    const form = newInvoice(page);
    await signIn(page, timbra.url);
    await focused(form.customer);
    await page.keyboard.type('servicios');
    await page
      .getByRole('option', { name: /^SERVICIOS/ })
      .first()
      .waitFor();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('xenon industrial');
    await page.keyboard.press('Enter');
    await says(form.chosenCustomer, xenon.tax_id);
  });

  test('what is missing or refused is said at its field, which gets the focus', async (t) => {
    const page = await openTab(t, browser);
    const form = newInvoice(page);
    await signIn(page, timbra.url);
    await form.title.waitFor();
    await page.keyboard.press('Control+Enter');
    assert.equal(await complaintAt(form.customer), 'Elige un cliente.');
    assert.equal(await complaintAt(form.price), 'Escribe un precio mayor que cero.');
    await focused(form.customer);

    await writeInvoice(page);
    await form.details.click();
    await form.unitKey.fill('NADA');
    await form.issue.press('Enter');
    await says(page.getByRole('alert'), 'La factura no se emitió');
    assert.match(await complaintAt(form.unitKey), /clave de unidad/);
    await focused(form.unitKey);

    await form.unitKey.fill('E48');
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await form.issue.press('Enter');
    await page.waitForURL(invoiceAddress);
  });

  test('a refusal by FacturAPI is shown with its reason', async (t) => {
    const page = await openTab(t, browser);
    const message = 'CFDI40145 - El nombre del receptor no corresponde a su RFC.';
    await facturapiSide(timbra.facturapiUrl).fault({
      match: { method: 'POST', path: '/invoices' },
      fault: 'status',
      status: 400,
      code: 'invoice_error',
      message,
      times: 1,
    });
    await signIn(page, timbra.url);
    await writeInvoice(page);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('status').getByText('Rechazada').waitFor();
    await says(page.getByRole('alert'), message);
  });

  test('a reload in the middle of the form loses nothing', async (t) => {
    const page = await openTab(t, browser);
    const form = newInvoice(page);
    await signIn(page, timbra.url);
    await writeInvoice(page);
    await form.details.click();
    await form.discount.fill('500.5');

    await page.reload();
    await says(form.chosenCustomer, xenon.legal_name);
    assert.equal(await form.description.inputValue(), 'Servicio de consultoría');
    assert.equal(await form.price.inputValue(), '1,500.5');
    await says(form.summary, '$1,160.00');

    await page.getByRole('button', { name: 'Empezar de nuevo' }).click();
    await form.customer.waitFor();
    assert.equal(await form.description.inputValue(), '');
  });

  test('a phone of 360 pixels never scrolls sideways', async (t) => {
    const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
    const page = await openTab(t, browser, phone);
    const form = newInvoice(page);
    const fits = async (state: string) => assert.equal(await sidewaysPixels(page), 0, state);
    await signIn(page, timbra.url);
    await form.title.waitFor();
    await fits('an empty form');
    await form.issue.tap();
    await complaintAt(form.customer);
    await fits('errors');
    await form.customer.tap();
    await form.customer.fill('servicios');
    await page
      .getByRole('option', { name: /^SERVICIOS/ })
      .first()
      .waitFor();
    await fits('the list of customers');
    await writeInvoice(page);
    await form.details.tap();
    await says(form.summary, '$1,740.58');
    await fits('totals');
    await form.issue.tap();
    await page.getByRole('status').getByText('Vigente').waitFor();
    await fits('a valid invoice');
    await page.goto(`${timbra.url}/invoices`);
    await page.getByRole('listitem').first().waitFor();
    await fits('the list');
  });
});

/** One line of 1,500.50 and IVA for the customer of these tests, found by a part of its name. */
async function writeInvoice(page: Page): Promise<void> {
  const form = newInvoice(page);
  await form.customer.fill('xenon industrial');
  await form.customer.press('Enter');
  await says(form.chosenCustomer, xenon.legal_name);
  await focused(form.description);
  await page.keyboard.type('Servicio de consultoría');
  await form.price.press('ControlOrMeta+A');
  await page.keyboard.type('1500.50');
}
