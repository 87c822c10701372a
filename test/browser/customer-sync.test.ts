import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { cleanupsOfBlock } from '../support/cleanups.ts';
import type { Installation } from '../support/installation.ts';
import { until } from '../support/until.ts';
import {
  newInvoice,
  noBrowser,
  openTab,
  says,
  sidewaysPixels,
  signIn,
  startConsole,
} from './browser.ts';

const theirs = {
  legal_name: 'DISTRIBUIDORA DEL GOLFO',
  tax_id: 'URE180429TM6',
  tax_system: '601',
  email: 'compras@golfo.mx',
  address: { zip: '86991' },
};
const runMsMax = 30_000;

describe('customers beside FacturAPI’s, in a browser', { skip: noBrowser }, () => {
  const cleanups = cleanupsOfBlock();
  let timbra: Installation;
  let browser: Browser;
  before(async () => {
    ({ timbra, browser } = await startConsole(cleanups));
  });

  const there = async (method: string, path: string, body: object) => {
    const answer = await fetch(timbra.facturapiUrl + path, {
      method,
      headers: { authorization: 'Bearer sk_test_demo', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return (await answer.json()) as any;
  };
  const asAdministrator = async (page: Page) => {
    const admin = await timbra.person('admin@demo.mx');
    await page.goto(timbra.url);
    const [name, value] = admin.cookie.split('=', 2) as [string, string];
    await page.context().addCookies([{ name, value, url: timbra.url }]);
    return admin;
  };

  test('an administrator starts it; what differs is shown with both versions, and the choice counts', async (t) => {
    const person = await timbra.person();
    const ours = { ...theirs, email: 'aqui@golfo.mx' };
    const { id } = (await person.call('POST', '/api/customers', ours)).body;
    await there('POST', '/customers', theirs);
    const page = await openTab(t, browser);
    await asAdministrator(page);
    await page.goto(`${timbra.url}/customers`);
    await page.getByRole('link', { name: 'FacturAPI', exact: true }).click();
    await page.getByText('Sin sincronizar').waitFor();
    await page.getByRole('button', { name: 'Sincronizar' }).click();
    const difference = page.getByRole('article', { name: 'DISTRIBUIDORA DEL GOLFO' });
    await difference.waitFor({ timeout: runMsMax });
    await says(difference.getByRole('row', { name: /Correo/ }), 'aqui@golfo.mx');
    await says(difference.getByRole('row', { name: /Correo/ }), 'compras@golfo.mx');
    await difference.getByRole('button', { name: 'Usar los de FacturAPI' }).click();
    await page.getByText('Todo coincide').waitFor();
    assert.equal((await person.get(`/api/customers/${id}`)).body.email, 'compras@golfo.mx');
    await page.getByRole('button', { name: 'Detener' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Detener' }).click();
    await page.getByText('Detenida').waitFor();
  });

  test('SAT is asked from a customer’s page, and an issuer cannot start the sync', async (t) => {
    const page = await openTab(t, browser);
    await signIn(page, timbra.url);
    await newInvoice(page).title.waitFor();
    const found = await (await timbra.person()).customer('xenon');
    await page.goto(`${timbra.url}/customers/${found.id}`);
    const standing = page.getByRole('region', { name: 'En FacturAPI' });
    await says(standing, 'FacturAPI todavía no lo conoce');
    await standing.getByRole('button', { name: 'Validar con el SAT' }).click();
    await says(standing, /El SAT reconoce estos datos/);
    await says(standing, 'Igual que en FacturAPI');
    await standing.getByRole('button', { name: 'Pedir que los corrija' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Correo al que se envía').fill('cliente@example.mx');
    await dialog.getByRole('button', { name: 'Enviar' }).click();
    await says(standing, 'Enlace enviado');
    await page.goto(`${timbra.url}/customers/sync`);
    await page.getByRole('heading', { name: 'Clientes y FacturAPI' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Sincronizar' }).count(), 0);
  });

  test('a phone of 360 pixels never scrolls sideways', async (t) => {
    const admin = await timbra.person('admin@demo.mx');
    for (const email of ['uno@example.mx', 'dos@example.mx']) {
      const twin = { ...theirs, legal_name: 'DOS CON EL MISMO NOMBRE', email };
      await admin.call('POST', '/api/customers', twin);
    }
    await there('POST', '/customers', { ...theirs, legal_name: 'DOS CON EL MISMO NOMBRE' });
    await admin.call('POST', '/api/customers/sync');
    const open = async () => (await admin.get('/api/customers/sync')).body.differences_open;
    await until(async () => (await open()) > 0, runMsMax);
    const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
    const page = await openTab(t, browser, phone);
    await asAdministrator(page);
    await page.goto(`${timbra.url}/customers/sync`);
    const difference = page.getByRole('article', { name: 'DOS CON EL MISMO NOMBRE' });
    await difference.getByRole('radio').first().waitFor();
    assert.equal(await sidewaysPixels(page), 0);
    await difference.getByRole('button', { name: 'Es otro: darlo de alta' }).tap();
    await page.getByText('Todo coincide').waitFor();
  });
});
