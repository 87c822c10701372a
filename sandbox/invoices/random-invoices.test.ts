import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attribute, download } from '../support/documents.ts';
import { fraction, isEqual, rounded, sumOf, written } from '../support/exact-fraction.ts';
import { expectedTotal } from '../support/expected-total.ts';
import { randomInvoice } from '../support/random-invoice.ts';
import { startTestSandbox, temporaryFolder } from '../support/test-sandbox.ts';
import { schemasAbsent, validateAll } from '../support/validate-xml.ts';

const runs = 1_000;
const decimalsOf = (currency: string) => (currency === 'JPY' ? 0 : 2);

test("a thousand random invoices fit SAT's schemas and add up to the cent", async (t) => {
  const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`seed ${seed} (FC_SEED=${seed} plays it again)`);
  const sandbox = await startTestSandbox(t);
  const documents: string[] = [];
  const property = fc.asyncProperty(randomInvoice, async (input) => {
    const { status, body } = await sandbox.call('/invoices', { body: input });
    assert.equal(status, 200, JSON.stringify(body));
    const decimals = decimalsOf(input.currency);
    const expected = written(expectedTotal(input.items, decimals), decimals);
    assert.equal(body.total, Number(expected));
    const xml = (await download(sandbox, `/invoices/${body.id}/xml`)).toString();
    assert.equal(attribute(xml, 'Total'), expected);
    sumsOfItsLines(xml, decimals);
    documents.push(xml);
  });
  await fc.assert(property, { seed, numRuns: runs });
  assert.ok(documents.length >= runs);
  const absent = schemasAbsent();
  if (absent) t.diagnostic(absent);
  else validateAll(documents, temporaryFolder(t));
});

/** CFDI40108 and CFDI40110, read off the XML alone. */
function sumsOfItsLines(xml: string, decimals: number): void {
  const lines = [...xml.matchAll(/<cfdi:Concepto [^>]*>/g)].map(([line]) => line);
  const sum = (name: string) =>
    sumOf(lines.map((line) => fraction(new RegExp(` ${name}="([^"]*)"`).exec(line)?.[1] ?? '0')));
  const discount = / Descuento="([^"]*)"/.exec(/<cfdi:Comprobante [^>]*>/.exec(xml)![0])?.[1];
  assert.ok(
    isEqual(rounded(sum('Importe'), decimals), fraction(attribute(xml, 'SubTotal'))),
    'SubTotal',
  );
  assert.ok(isEqual(rounded(sum('Descuento'), decimals), fraction(discount ?? '0')), 'Descuento');
}
