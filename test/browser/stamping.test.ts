import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { cleanupsOfBlock } from '../support/cleanups.ts';
import { assertConsecutiveFolios, facturapiSide } from '../support/facturapi-side.ts';
import type { Installation } from '../support/installation.ts';
import { until } from '../support/until.ts';
import {
  complaintAt,
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

const away = 'FacturAPI no responde: tus facturas están en cola y se timbrarán solas.';
/** The pauses after failures, the poll of the page, and a machine with other work. */
const stampedMsMax = 90_000;
/** In a row: one alone says nothing of FacturAPI. */
const enoughFailures = 6;
const slow = { timeout: stampedMsMax };

describe('what the console shows of stamping', { skip: noBrowser }, () => {
  const cleanups = cleanupsOfBlock();
  let timbra: Installation;
  let browser: Browser;

  before(async () => {
    ({ timbra, browser } = await startConsole(cleanups));
  });
  const creation = { method: 'POST', path: '/invoices' };
  const badge = (page: Page, word: string) => page.getByRole('status').getByText(word).first();

  test('an outage is said above every page, and no longer once it is over', async (t) => {
    const page = await openTab(t, browser);
    const facturapi = facturapiSide(timbra.facturapiUrl);
    await signIn(page, timbra.url);
    await newInvoice(page).title.waitFor();
    const notice = page.getByRole('status').getByText(away, { exact: true });
    assert.equal(await notice.count(), 0);

    await facturapi.settings({ outage: 'unavailable' });
    t.after(() => facturapi.settings({ outage: 'off' }));
    await issue(page);
    const person = await timbra.person();
    for (let more = 0; more < enoughFailures; more += 1) {
      const { status } = await person.issue(invoiceFor(xenon), { prefer: 'wait=0' });
      assert.equal(status, 202);
    }
    await notice.waitFor(slow);
    await page.getByText(/^\d+ facturas? en cola$/).waitFor();
    for (const link of ['Facturas', 'Nueva factura']) {
      await page.getByRole('navigation').getByRole('link', { name: link, exact: true }).click();
      await page.getByRole('heading', { name: /^(Facturas recientes|Nueva factura)$/ }).waitFor();
      assert.ok(await notice.isVisible(), link);
    }
    await page.setViewportSize({ width: 360, height: 740 });
    assert.equal(await sidewaysPixels(page), 0);

    await facturapi.settings({ outage: 'off' });
    await notice.waitFor({ state: 'detached', ...slow });
    await page.getByRole('link', { name: 'Facturas', exact: true }).click();
    const rows = page.getByRole('listitem').filter({ hasText: xenon.legal_name });
    await rows.filter({ hasText: 'Vigente' }).first().waitFor(slow);
    await until(async () => {
      const { body } = await person.get('/api/stamping/status');
      return body.waiting === 0;
    }, stampedMsMax);
  });

  test('a refused invoice is corrected in its form and stamped under its folio', async (t) => {
    const page = await openTab(t, browser);
    const form = newInvoice(page);
    const facturapi = facturapiSide(timbra.facturapiUrl);
    await facturapi.fault({
      ...{ match: creation, fault: 'status', status: 400, code: 'invoice_error', times: 1 },
      message: 'CFDI40145 - El nombre del receptor no corresponde a su RFC.',
    });
    await signIn(page, timbra.url);
    await issue(page);
    await badge(page, 'Rechazada').waitFor(slow);
    const title = await page.getByRole('heading', { level: 1 }).textContent();
    const folio = String(title).replace('Factura ', '');
    const address = page.url();

    await page.getByRole('link', { name: 'Corregir y reexpedir' }).click();
    await says(page.getByRole('main'), `Conserva el folio ${folio}`);
    await says(form.chosenCustomer, xenon.tax_id);
    assert.equal(await form.price.inputValue(), '1,500.5');
    await form.description.fill('Servicio de consultoría, corregido');
    await page.reload();
    assert.equal(await form.description.inputValue(), 'Servicio de consultoría, corregido');
    await page.getByRole('button', { name: 'Reexpedir factura' }).click();

    await page.waitForURL(invoiceAddress);
    assert.equal(page.url(), address);
    await badge(page, 'Vigente').waitFor(slow);
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), title);
    const history = page.getByRole('region', { name: 'Historial' });
    await says(history, /la rechazó/);
    await says(history, /Facturista Demo la \S+ con el mismo folio/);
    await says(history, /quedó timbrada/);
    await page.getByRole('cell', { name: 'Servicio de consultoría, corregido' }).waitFor();

    const mine = await facturapi.invoices();
    assert.equal(mine.filter((one) => `${one.series}-${one.folio_number}` === folio).length, 1);
    assertConsecutiveFolios(mine);
  });

  test('what FacturAPI complained of stands at its field, and goes once it is edited', async (t) => {
    const page = await openTab(t, browser);
    await signIn(page, timbra.url);
    await newInvoice(page).title.waitFor();
    const invoice = await refused();
    const path = 'items[0].product.unit_key';
    const errors = [{ code: 'invalid', path, message: 'No está en c_ClaveUnidad.' }];
    // The sandbox cannot refuse with paths.
    const json = { ...invoice, rejection: { ...invoice.rejection, errors } };
    await page.route(`**/api/invoices/${invoice.id}`, (route) => route.fulfill({ json }));
    await page.goto(`${timbra.url}/invoices/${invoice.id}`);
    const alert = page.getByRole('main').getByRole('alert');
    await says(alert, 'Concepto 1 · Clave de unidad');
    await page.getByRole('link', { name: 'Corregir y reexpedir' }).click();

    const { unitKey } = newInvoice(page);
    assert.equal(await complaintAt(unitKey), 'No está en c_ClaveUnidad.');
    await unitKey.fill('H87');
    await unitKey.and(page.locator(':not([aria-invalid="true"])')).waitFor();
  });

  test('an expired invoice goes again as it was, with a new date and its folio', async (t) => {
    const page = await openTab(t, browser);
    await signIn(page, timbra.url);
    await newInvoice(page).title.waitFor();
    const invoice = await refused();
    // Nobody waits for 72 hours here.
    const json = { ...invoice, status: 'expired', rejection: null };
    const address = `**/api/invoices/${invoice.id}`;
    await page.route(address, (route) => route.fulfill({ json }));
    await page.goto(`${timbra.url}/invoices/${invoice.id}`);
    await badge(page, 'Vencida').waitFor();

    await page.getByRole('button', { name: 'Reexpedir con fecha de hoy' }).click();
    const folio = `${invoice.series}-${invoice.folio_number}`;
    const dialog = page.getByRole('dialog', { name: `¿Reexpedir la factura ${folio}?` });
    await says(dialog, `el mismo folio ${folio}`);
    await page.unroute(address);
    await dialog.getByRole('button', { name: 'Reexpedir con fecha de hoy' }).click();
    await badge(page, 'Vigente').waitFor(slow);
    await dialog.waitFor({ state: 'detached' });
    const { body } = await (await timbra.person()).get(`/api/invoices/${invoice.id}`);
    assert.deepEqual([body.folio_number, body.total], [invoice.folio_number, invoice.total]);
    assert.ok(body.date > invoice.date);
  });

  test('of an invoice in doubt a person says, with a reason, that it was not stamped', async (t) => {
    const page = await openTab(t, browser, { viewport: { width: 390, height: 844 } });
    await facturapiSide(timbra.facturapiUrl).fault({
      ...{ match: creation, fault: 'status', status: 400, code: 'invoice_stamping_failed' },
      ...{ message: 'No se pudo timbrar.', times: 1 },
    });
    await signIn(page, timbra.url);
    await issue(page);
    await badge(page, 'En revisión').waitFor(slow);
    assert.equal(await sidewaysPixels(page), 0);

    await page.getByRole('button', { name: 'No se timbró' }).click();
    const dialog = page.getByRole('dialog', { name: '¿Confirmas que no se timbró?' });
    const confirm = dialog.getByRole('button', { name: 'No se timbró' });
    await confirm.click();
    // Without a reason nothing is sent.
    await badge(page, 'En revisión').waitFor();
    await dialog.getByLabel('Motivo').fill('No está en el portal del SAT');
    await confirm.click();
    await badge(page, 'Rechazada').waitFor(slow);
    const history = page.getByRole('region', { name: 'Historial' });
    await says(history, 'decidió que no quedó timbrada: No está en el portal del SAT');
    await page.getByRole('link', { name: 'Corregir y reexpedir' }).waitFor();
  });

  async function refused() {
    const person = await timbra.person();
    await facturapiSide(timbra.facturapiUrl).fault({
      ...{ match: creation, fault: 'status', status: 400, code: 'invalid', times: 1 },
    });
    const answer = await person.issue(invoiceFor(xenon), { prefer: 'wait=10' });
    assert.equal(answer.status, 422, JSON.stringify(answer.body));
    const { id } = answer.body.invoice;
    return (await person.get(`/api/invoices/${id}`)).body;
  }
});

/** One line of 1,500.50 and IVA, handed in by the form. */
async function issue(page: Page): Promise<void> {
  const form = newInvoice(page);
  await form.customer.fill('xenon industrial');
  await form.customer.press('Enter');
  await says(form.chosenCustomer, xenon.legal_name);
  await form.description.fill('Servicio de consultoría');
  await form.price.fill('1500.50');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(invoiceAddress);
}

function invoiceFor(customer: object): object {
  const product = { description: 'Servicio', product_key: '84111506', unit_key: 'E48', price: 100 };
  return { customer, use: 'G03', payment_form: '03', items: [{ product }] };
}
