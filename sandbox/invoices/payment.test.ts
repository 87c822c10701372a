import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { attribute, download } from '../support/documents.ts';
import {
  invoiceInput,
  startTestSandbox,
  type TestSandbox,
  temporaryFolder,
} from '../support/test-sandbox.ts';
import { schemasAbsent, validateXml } from '../support/validate-xml.ts';

const onCredit = { payment_method: 'PPD', payment_form: '99' };

async function issue(sandbox: TestSandbox, change: object = {}) {
  const { status, body } = await sandbox.call('/invoices', { body: invoiceInput({ ...change }) });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** A payment of one document, 345.60 of 691.20. */
function paymentInput(uuid: string, change: object = {}, document: object = {}) {
  const related = {
    uuid,
    amount: 345.6,
    installment: 1,
    last_balance: 691.2,
    taxes: [{ base: 297.931034, type: 'IVA', rate: 0.16 }],
    ...document,
  };
  return {
    type: 'P',
    customer: invoiceInput().customer,
    complements: [
      { type: 'pago', data: [{ payment_form: '03', related_documents: [related], ...change }] },
    ],
  };
}

test('payments lower the balance of the invoices that they name, until they are canceled', async (t) => {
  const sandbox = await startTestSandbox(t);
  const invoice = await issue(sandbox, onCredit);
  assert.equal(invoice.amount_due, 691.2);
  const { body: first } = await sandbox.call('/invoices', { body: paymentInput(invoice.uuid) });
  assert.equal(first.total, 0);
  assert.equal(first.currency, 'XXX');
  assert.equal(first.use, 'CP01');
  assert.equal(first.total_payment_amount, 345.6);
  assert.deepEqual(first.target_invoice_ids, [invoice.id]);
  const { body: second } = await sandbox.call('/invoices', {
    body: paymentInput(invoice.uuid.toUpperCase(), {}, { installment: 2, last_balance: 345.6 }),
  });
  const show = async () => (await sandbox.call(`/invoices/${invoice.id}`)).body;
  const paid = await show();
  assert.equal(paid.amount_due, 0);
  assert.deepEqual(paid.received_payment_ids, [first.id, second.id]);
  assert.equal((await sandbox.call('/invoices?payment_status=unpaid')).body.total_results, 0);

  const refused = await sandbox.call(`/invoices/${invoice.id}?motive=02`, { method: 'DELETE' });
  assert.equal(refused.body.code, 'invoice_not_cancelable_by_sat');
  await sandbox.call(`/invoices/${second.id}?motive=02`, { method: 'DELETE' });
  const unpaid = await show();
  assert.equal(unpaid.amount_due, 345.6);
  assert.deepEqual(unpaid.received_payment_ids, [first.id]);
  const { body: list } = await sandbox.call('/invoices?payment_status=unpaid');
  assert.deepEqual(list.data, [unpaid]);
});

test('a payment of several documents in other currencies adds up in pesos', async (t) => {
  const sandbox = await startTestSandbox(t);
  const invoice = await issue(sandbox, onCredit);
  const other = '39c85a3f-275b-4341-b259-e8971d9f8a94';
  const input = paymentInput(invoice.uuid, {
    currency: 'USD',
    exchange: 17.1234,
    related_documents: [
      {
        uuid: invoice.uuid,
        amount: 345.6,
        exchange: 17.1234,
        installment: 1,
        last_balance: 691.2,
        taxes: [{ base: 297.931034, type: 'IVA', rate: 0.16 }],
      },
      {
        uuid: other,
        amount: 100,
        currency: 'USD',
        installment: 3,
        last_balance: 100,
        series: 'X',
        folio_number: 7,
        taxes: [
          { base: 50, type: 'IVA', rate: 0.16 },
          { base: 20, type: 'IVA', rate: 0.08 },
          { base: 10, type: 'IVA', rate: 0 },
          { base: 5, type: 'IVA', rate: 0, factor: 'Exento' },
          { base: 80, type: 'ISR', rate: 0.1, withholding: true },
        ],
      },
    ],
  });
  const { status, body } = await sandbox.call('/invoices', { body: input });
  assert.equal(status, 200, JSON.stringify(body));
  const xml = (await download(sandbox, `/invoices/${body.id}/xml`)).toString();
  const of = (element: string, name: string) => attribute(xml, name, element);
  // 345.60 / 17.1234 = 20.18..., and 100 beside it.
  assert.equal(of('pago20:Pago', 'Monto'), '120.18');
  assert.equal(of('pago20:Pago', 'TipoCambioP'), '17.1234');
  assert.equal(of('pago20:DoctoRelacionado', 'EquivalenciaDR'), '17.1234');
  assert.equal(of('pago20:DoctoRelacionado', 'ImpSaldoInsoluto'), '345.60');
  // 120.18 x 17.1234 = 2057.890212
  assert.equal(of('pago20:Totales', 'MontoTotalPagos'), '2057.89');
  // 297.931034 / 17.1234 + 50 = 67.399070; x 17.1234 = 1154.10...
  assert.equal(of('pago20:Totales', 'TotalTrasladosBaseIVA16'), '1154.10');
  assert.equal(of('pago20:Totales', 'TotalTrasladosBaseIVA8'), '342.47');
  assert.equal(of('pago20:Totales', 'TotalTrasladosImpuestoIVA8'), '27.40');
  assert.equal(of('pago20:Totales', 'TotalTrasladosImpuestoIVA0'), '0.00');
  assert.equal(of('pago20:Totales', 'TotalTrasladosBaseIVAExento'), '85.62');
  assert.equal(of('pago20:Totales', 'TotalRetencionesISR'), '136.99');
  assert.equal(body.total_payment_amount, 120.18);
  assert.equal(body.total_payment_amount_converted, 2057.89);
  if (schemasAbsent() === false) validateXml(xml, temporaryFolder(t));
  const pdf = await download(sandbox, `/invoices/${body.id}/pdf`);
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
});

test("the seal of a payment covers its complement, in the order of SAT's cadena", async (t) => {
  const now = new Date('2026-05-02T18:00:00.000Z');
  const sandbox = await startTestSandbox(t, { now: () => now });
  const uuid = '39c85a3f-275b-4341-b259-e8971d9f8a94';
  const date = '2026-05-01T18:00:00.000Z';
  const { body } = await sandbox.call('/invoices', {
    body: paymentInput(uuid, { date, numOperacion: 'REF-1' }),
  });
  const xml = (await download(sandbox, `/invoices/${body.id}/xml`)).toString();
  const certificate = new X509Certificate(Buffer.from(attribute(xml, 'Certificado'), 'base64'));
  // Written out by hand, so that a change of order in the code shows here.
  const head =
    `||4.0|F|1|${attribute(xml, 'Fecha')}|${attribute(xml, 'NoCertificado')}|0|XXX|0|P|01|42501|` +
    'EKU9003173C9|ESCUELA KEMPER URGATE|601|ABC101010111|DUNDER MIFFLIN|85900|601|CP01|' +
    '84111506|1|ACT|Pago|0|0|01|';
  const pagos =
    '2.0|297.93|47.67|345.60|2026-05-01T12:00:00|03|MXN|1|345.60|REF-1|' +
    `${uuid}|MXN|1|1|691.20|345.60|345.60|02|297.931034|002|Tasa|0.160000|47.668965|` +
    '297.931034|002|Tasa|0.160000|47.668965||';
  const seal = Buffer.from(attribute(xml, 'Sello'), 'base64');
  assert.ok(verify('sha256', Buffer.from(head + pagos), certificate.publicKey, seal));
});

test('what cannot be a payment is refused, by field or by the code of SAT', async (t) => {
  const sandbox = await startTestSandbox(t);
  const uuid = '39c85a3f-275b-4341-b259-e8971d9f8a94';
  const at = 'complements.0.data.0';
  const document = `${at}.related_documents.0`;
  const cases: [code: string, path: string, input: object][] = [
    ['required', 'complements', { ...paymentInput(uuid), complements: [] }],
    ['required', `${at}.related_documents`, paymentInput(uuid, { related_documents: [] })],
    ['required', `${document}.exchange`, paymentInput(uuid, {}, { currency: 'USD' })],
    ['too_large', `${document}.installment`, paymentInput(uuid, {}, { installment: 1000 })],
    [
      'amount_exceeds_related_document_balance',
      `${document}.amount`,
      paymentInput(uuid, {}, { amount: 691.21 }),
    ],
    ['invalid_format', `${document}.uuid`, paymentInput('no-es-uuid')],
    ['CRP20212', `${at}.payment_form`, paymentInput(uuid, { payment_form: '99' })],
    [
      'CRP20224',
      `${at}.ctaOrdenante`,
      paymentInput(uuid, { payment_form: '01', ctaOrdenante: '0123456789' }),
    ],
  ];
  for (const [code, path, input] of cases) {
    const { status, body } = await sandbox.call('/invoices', { body: input });
    assert.equal(status, 400, code);
    assert.equal(body.errors[0].code, code);
    assert.equal(body.errors[0].path, path);
  }
  assert.equal((await sandbox.control('/invoices')).body.length, 0);
});

test('the summary of a payment is ready to be sent as a related document', async (t) => {
  const sandbox = await startTestSandbox(t);
  const invoice = await issue(sandbox, onCredit);
  const path = `/invoices/${invoice.id}/payment-summary`;
  const { body: summary } = await sandbox.call(`${path}?amount=172.8`);
  assert.equal(summary.installment, 1);
  assert.equal(summary.last_balance, 691.2);
  assert.deepEqual(summary.taxes, [
    { base: 148.965517, rate: 0.16, type: 'IVA', factor: 'Tasa', withholding: false },
  ]);
  const input = paymentInput(invoice.uuid, { related_documents: [summary] });
  assert.equal((await sandbox.call('/invoices', { body: input })).status, 200);
  const { body: next } = await sandbox.call(`${path}?amount=518.4`);
  assert.equal(next.installment, 2);
  assert.equal(next.last_balance, 518.4);
  const over = await sandbox.call(`${path}?amount=518.41`);
  assert.equal(over.body.errors[0].code, 'amount_exceeds_related_document_balance');
});
