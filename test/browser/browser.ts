import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';
import type { Cleanups } from '../support/cleanups.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const waitMsMax = 10_000;

/** Why there is no browser to test with; false when there is one. For the `skip` of a test. */
export const noBrowser: string | false = existsSync(executablePath)
  ? false
  : `NO BROWSER TEST RAN: there is no chromium at ${executablePath}; set CHROMIUM_PATH`;

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export const xenon = {
  legal_name: 'XENÓN INDUSTRIAL ARTICLES',
  tax_id: 'XIA190128J61',
  tax_system: '601',
  address: { zip: '76343' },
};

/** An installation that knows XENÓN as a customer, and a browser beside it. */
export async function startConsole(
  cleanups: Cleanups,
): Promise<{ timbra: Installation; browser: Browser }> {
  const timbra = await startInstallation(cleanups);
  const created = await (await timbra.person()).call('POST', '/api/customers', xenon);
  assert.equal(created.status, 201, JSON.stringify(created.body));
  const browser = await startBrowser();
  cleanups.after(() => browser.close());
  return { timbra, browser };
}

/** Of an invoice's page. */
export const invoiceAddress = /\/invoices\/[\da-f-]{36}$/;

/** Mexico's, in words, hours and the width of an ordinary laptop. */
const laptop: BrowserContextOptions = {
  locale: 'es-MX',
  timezoneId: 'America/Mexico_City',
  viewport: { width: 1366, height: 800 },
};

/** What the browser itself says of an answer that the console expects and handles. */
const expectedComplaint = /^Failed to load resource: the server responded with a status of 4\d\d /;

/**
 * A tab of somebody who has never been here. When the test ends it fails on anything that the
 * browser complained of: errors, warnings, uncaught exceptions, violations of the CSP.
 */
export async function openTab(
  t: Cleanups,
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ ...laptop, ...options });
  context.setDefaultTimeout(waitMsMax);
  await context.addInitScript(
    `document.addEventListener('securitypolicyviolation', (event) =>
       console.error('CSP', event.violatedDirective, event.blockedURI));`,
  );
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    const grave = message.type() === 'error' || message.type() === 'warning';
    if (grave && !expectedComplaint.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, [], 'the browser complained');
  });
  return page;
}

/** From the address alone, by keyboard: the first field has the focus. */
export async function signIn(page: Page, url: string, password = 'timbra-demo'): Promise<void> {
  await page.goto(url);
  await focused(page.getByLabel('Correo electrónico'));
  await page.keyboard.type('facturista@demo.mx');
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

/** The form of a new invoice, as a person names its parts. */
export function newInvoice(page: Page) {
  return {
    title: page.getByRole('heading', { name: 'Nueva factura', exact: true }),
    customer: page.getByRole('combobox', { name: 'Cliente' }),
    chosenCustomer: page.getByRole('region', { name: 'Receptor' }),
    changeCustomer: page.getByRole('button', { name: 'Cambiar cliente' }),
    description: page.getByLabel('Descripción'),
    price: page.getByLabel('Precio sin IVA'),
    details: page.getByRole('button', { name: /^Clave \d{8}/ }),
    unitKey: page.getByRole('combobox', { name: 'Clave de unidad' }),
    discount: page.getByLabel('Descuento', { exact: true }),
    summary: page.getByRole('region', { name: 'Resumen' }),
    issue: page.getByRole('button', { name: 'Emitir factura' }),
  };
}

/** Waits until the keyboard's focus is there. */
export async function focused(field: Locator): Promise<void> {
  await field.and(field.page().locator(':focus')).waitFor();
}

/** Waits until the element says this. */
export async function says(element: Locator, text: string | RegExp): Promise<void> {
  await element.filter({ hasText: text }).first().waitFor();
}

/** The complaint that a screen reader would read at the field. */
export async function complaintAt(field: Locator): Promise<string> {
  await field.and(field.page().locator('[aria-invalid="true"]')).waitFor();
  const ids = (await field.getAttribute('aria-describedby')) ?? '';
  const error = ids.split(' ').find((id) => id.endsWith('-error'));
  assert.ok(error, 'the field is invalid and nothing says why');
  return (await field.page().locator(`[id="${error}"]`).textContent()) ?? '';
}

/** How many pixels of the page stand out sideways; a phone's `innerWidth` would grow with them. */
export async function sidewaysPixels(page: Page): Promise<number> {
  return page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
}
