import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkCustomer } from '../../cfdi/customer-rules.ts';
import { madeUpCustomers } from './made-up-customers.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

test('the same seed makes the same customers, one by one', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const [one, two] = [madeUpCustomers(seed, 50), madeUpCustomers(seed, 50)];
      assert.deepEqual([...one], [...two]);
    }),
    { numRuns: 20 },
  );
});

test('a longer run starts as a shorter one does', () => {
  assert.deepEqual([...madeUpCustomers(1, 100)].slice(0, 10), [...madeUpCustomers(1, 10)]);
});

test('another seed makes other customers', () => {
  assert.notDeepEqual([...madeUpCustomers(1, 10)], [...madeUpCustomers(2, 10)]);
});

test('each of them may be issued to', () => {
  for (const seed of [1, 7, 2026]) {
    for (const customer of madeUpCustomers(seed, 2_000)) {
      const problems = checkCustomer(customer, { on: '2026-03-01' });
      assert.deepEqual(problems, [], JSON.stringify(customer));
    }
  }
});

test('as many as were asked for, companies and persons among them', () => {
  const made = [...madeUpCustomers(3, 1_000)];
  assert.equal(made.length, 1_000);
  const persons = made.filter((customer) => customer.tax_id.length === 13).length;
  assert.ok(persons > 300 && persons < 500, `${persons} persons`);
});

test('few of many share an RFC: a directory of them is searched as a real one is', () => {
  const made = [...madeUpCustomers(4, 20_000)];
  const different = new Set(made.map((customer) => customer.tax_id)).size;
  assert.ok(different > 0.99 * made.length, `${different} RFCs`);
});
