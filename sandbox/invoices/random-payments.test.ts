import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { download } from '../support/documents.ts';
import { divide, fraction, rounded, sumOf, times, written } from '../support/exact-fraction.ts';
import { invoiceInput, startTestSandbox, temporaryFolder } from '../support/test-sandbox.ts';
import { schemasAbsent, validateAll } from '../support/validate-xml.ts';

const runs = 300;

/** From one peso on, so that no payment rounds to nothing in another currency. */
const amount = fc.integer({ min: 100, max: 90_000_000 }).map((cents) => cents / 100);
const tax = fc.record({
  base: amount,
  type: fc.constant('IVA'),
  rate: fc.constantFrom(0.16, 0.08, 0),
  factor: fc.constant('Tasa'),
  withholding: fc.constant(false),
});
const withheld = fc.record({
  base: amount,
  type: fc.constantFrom('ISR', 'IVA'),
  rate: fc.constantFrom(0.1, 0.106667),
  withholding: fc.constant(true),
});

const paidDocument = fc
  .record({
    uuid: fc.uuid(),
    amount,
    more: amount,
    installment: fc.integer({ min: 1, max: 999 }),
    currency: fc.constantFrom('MXN', 'USD', 'EUR'),
    exchange: fc.constantFrom(17.123456, 0.0583994, 1.0812345678),
    taxes: fc
      .tuple(fc.array(tax, { maxLength: 3 }), fc.array(withheld, { maxLength: 2 }))
      .map((sides) => sides.flat()),
  })
  .map(({ more, ...document }) => ({
    ...document,
    last_balance: Number((document.amount + more).toFixed(2)),
  }));

const payment = fc.record({
  payment_form: fc.constantFrom('01', '03', '28'),
  currency: fc.constantFrom('MXN', 'USD'),
  exchange: fc.constantFrom(17.5, 18.123456),
  related_documents: fc.array(paidDocument, { minLength: 1, maxLength: 4 }),
});

test("random payments fit SAT's schemas, and their money is an independent sum", async (t) => {
  const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`seed ${seed} (FC_SEED=${seed} plays it again)`);
  const sandbox = await startTestSandbox(t);
  const documents: string[] = [];
  const payments = fc.array(payment, { minLength: 1, maxLength: 3 });
  const property = fc.asyncProperty(payments, async (data) => {
    const { customer } = invoiceInput();
    const body = { type: 'P', customer, complements: [{ type: 'pago', data }] };
    const made = await sandbox.call('/invoices', { body });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const xml = (await download(sandbox, `/invoices/${made.body.id}/xml`)).toString();
    const amounts = data.map((one) =>
      rounded(
        sumOf(
          one.related_documents.map((paid) => {
            const same = paid.currency === one.currency;
            return divide(fraction(paid.amount), fraction(same ? 1 : paid.exchange));
          }),
        ),
        2,
      ),
    );
    const found = [...xml.matchAll(/ Monto="([^"]*)"/g)].map(([, monto]) => monto);
    assert.deepEqual(
      found,
      amounts.map((one) => written(one, 2)),
    );
    const pesos = amounts.map((one, index) => {
      const { currency, exchange } = data[index]!;
      return times(one, fraction(currency === 'MXN' ? 1 : exchange));
    });
    const total = written(rounded(sumOf(pesos), 2), 2);
    assert.ok(xml.includes(` MontoTotalPagos="${total}"`), total);
    assert.equal(made.body.total_payment_amount_converted, Number(total));
    documents.push(xml);
  });
  await fc.assert(property, { seed, numRuns: runs });
  const absent = schemasAbsent();
  if (absent) t.diagnostic(absent);
  else validateAll(documents, temporaryFolder(t));
});
