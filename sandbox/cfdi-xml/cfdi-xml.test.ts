import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import {
  invoiceInput,
  startTestSandbox,
  type TestSandbox,
  temporaryFolder,
} from '../support/test-sandbox.ts';
import { schemasAbsent, validateXml } from '../support/validate-xml.ts';

const taxed = { product_key: '60131324', description: 'Mandolina', price: 1234.56 };

const bodies: Record<string, Record<string, unknown>> = {
  'a price with its taxes in it': {},
  'taxes added and withheld': {
    items: [
      {
        quantity: 1.333333,
        discount: 10.01,
        product: {
          ...taxed,
          tax_included: false,
          unit_key: 'E48',
          unit_name: 'Servicio',
          sku: 'SKU <1> & "2"',
          taxes: [
            { type: 'IVA', rate: 0.16 },
            { type: 'ISR', rate: 0.1, withholding: true },
            { type: 'IVA', rate: 0.106667, withholding: true },
          ],
        },
      },
      { product: { ...taxed, taxes: [{ type: 'IEPS', rate: 0.08 }, { rate: 0.16 }] } },
      { product: { ...taxed, taxes: [{ rate: 0 }] } },
    ],
  },
  'nothing but exempt': {
    items: [{ product: { ...taxed, taxes: [{ rate: 0, factor: 'Exento' }] } }],
  },
  'not subject to tax': { items: [{ product: { ...taxed, taxability: '01' } }] },
  'text that XML must escape': {
    customer: {
      legal_name: 'Ñandú & Hijos "El <Güero>"  y   O\'Brien',
      tax_id: 'A&Ñ101010AB1',
      tax_system: '601',
      address: { zip: '22000' },
    },
    conditions: 'Línea uno\nlínea dos\ty tres 🎸',
    items: [{ product: { ...taxed, description: '<b>5\' & 6"</b>\r\n ]]> fin' } }],
  },
  'another currency, a global period and related documents': {
    currency: 'USD',
    exchange: 17.1234567,
    payment_method: 'PPD',
    payment_form: '99',
    global: { periodicity: 'two_months', months: '13', year: 2026 },
    related_documents: [
      { relationship: '04', documents: ['39C85A3F-275B-4341-B259-E8971D9F8A94'] },
    ],
  },
  'a receiver abroad': {
    customer: {
      legal_name: 'VANDELAY INDUSTRIES',
      tax_id: 'US-123456789',
      tax_system: '616',
      address: { zip: '10001', country: 'USA' },
    },
    use: 'S01',
  },
  'a thousand lines': {
    items: Array.from({ length: 1000 }, (_, index) => ({
      quantity: (index % 7) + 0.125,
      product: { ...taxed, price: 0.01 + index * 1.37 },
    })),
  },
};

test("every XML is valid by SAT's schemas", { skip: schemasAbsent() }, async (t) => {
  const sandbox = await startTestSandbox(t);
  const folder = temporaryFolder(t);
  for (const [name, change] of Object.entries(bodies)) {
    await t.test(name, async () => {
      const { xml } = await issue(sandbox, change);
      validateXml(xml, folder);
    });
  }
});

test('the totals of the XML are those of the answer', async (t) => {
  const sandbox = await startTestSandbox(t);
  for (const [name, change] of Object.entries(bodies)) {
    const { xml, invoice } = await issue(sandbox, change);
    assert.equal(Number(attribute(xml, 'Total')), invoice.total, name);
    assert.equal(attribute(xml, 'Folio'), String(invoice.folio_number));
    assert.equal(attribute(xml, 'UUID', 'tfd:TimbreFiscalDigital'), invoice.uuid);
    assert.equal(attribute(xml, 'Sello'), invoice.stamp.signature);
    assert.equal(
      attribute(xml, 'SelloSAT', 'tfd:TimbreFiscalDigital'),
      invoice.stamp.sat_signature,
    );
  }
});

test("the seals verify with the issuer's certificate and the PAC's", async (t) => {
  const sandbox = await startTestSandbox(t);
  const { xml, invoice } = await issue(sandbox, {});
  const certificate = new X509Certificate(Buffer.from(attribute(xml, 'Certificado'), 'base64'));
  const number = Buffer.from(certificate.serialNumber, 'hex').toString('ascii');
  assert.equal(number, attribute(xml, 'NoCertificado'));
  assert.match(certificate.subject, /EKU9003173C9/);
  assert.match(certificate.issuer, /AC DE PRUEBA/);

  // Written out by hand for this one document, so that a change of order in the code shows here.
  const receiver = 'ABC101010111|DUNDER MIFFLIN|85900|601|G03';
  const cadena =
    `||4.0|F|1|${attribute(xml, 'Fecha')}|03|${number}|595.86|MXN|691.20|I|01|PUE|42501|` +
    `EKU9003173C9|ESCUELA KEMPER URGATE|601|${receiver}|` +
    '60131324|2|H87|Elemento|Ukelele|297.931034|595.862069|02|' +
    '595.862069|002|Tasa|0.160000|95.337931|' +
    '595.86|002|Tasa|0.160000|95.34|95.34||';
  const seal = Buffer.from(attribute(xml, 'Sello'), 'base64');
  assert.ok(verify('sha256', Buffer.from(cadena), certificate.publicKey, seal));
  assert.match(invoice.stamp.complement_string, /^\|\|1\.1\|.*\|30001000000500003456\|\|$/);
});

test("Fecha is the issuer's local time, and the stamp's that of the centre", async (t) => {
  const now = new Date('2026-01-15T06:30:45.900Z');
  const sandbox = await startTestSandbox(t, { now: () => now });
  const { xml } = await issue(sandbox, { address: { zip: '22000' } });
  assert.equal(attribute(xml, 'Fecha'), '2026-01-14T22:30:45');
  assert.equal(attribute(xml, 'LugarExpedicion'), '22000');
  const stamped = attribute(xml, 'FechaTimbrado', 'tfd:TimbreFiscalDigital');
  assert.equal(stamped, '2026-01-15T00:30:45');
});

test('the PDF is a PDF, and the same one each time', async (t) => {
  const sandbox = await startTestSandbox(t);
  for (const change of Object.values(bodies)) {
    const { invoice } = await issue(sandbox, change);
    const first = await download(sandbox, invoice.id, 'pdf');
    assert.equal(first.subarray(0, 5).toString(), '%PDF-');
    assert.ok(first.equals(await download(sandbox, invoice.id, 'pdf')));
  }
});

async function issue(sandbox: TestSandbox, change: object) {
  const { status, body } = await sandbox.call('/invoices', { body: invoiceInput({ ...change }) });
  assert.equal(status, 200, JSON.stringify(body));
  return { invoice: body, xml: (await download(sandbox, body.id, 'xml')).toString() };
}

async function download(sandbox: TestSandbox, id: string, format: string): Promise<Buffer> {
  const response = await fetch(`${sandbox.url}/invoices/${id}/${format}`, {
    headers: { authorization: 'Bearer sk_test_demo' },
  });
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}

function attribute(xml: string, name: string, element = 'cfdi:Comprobante'): string {
  const open = new RegExp(`<${element}[^>]*?\\s${name}="([^"]*)"`).exec(xml);
  assert.ok(open, `${element} has no ${name}`);
  return open[1]!;
}
