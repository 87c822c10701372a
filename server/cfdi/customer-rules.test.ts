import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  checkCustomer,
  FOREIGN_TAX_ID_LENGTH_MAX,
  FOREIGN_ZIP_LENGTH_MAX,
  kindOfReceiver,
  LEGAL_NAME_LENGTH_MAX,
} from './customer-rules.ts';
import type { CustomerInput } from './document.ts';

const company: CustomerInput = {
  legal_name: 'ESCUELA KEMPER URGATE',
  tax_id: 'EKU9003173C9',
  tax_system: '601',
  address: { zip: '42501' },
};
const person: CustomerInput = {
  legal_name: 'XOCHILT CASAS CHAVEZ',
  tax_id: 'CACX7605101P8',
  tax_system: '612',
  address: { zip: '36257' },
};
const foreigner: CustomerInput = {
  legal_name: 'ACME INC',
  tax_id: '98-7654321',
  tax_system: '616',
  address: { zip: '94103', country: 'USA' },
};
const public_: CustomerInput = { ...person, tax_id: 'XAXX010101000', tax_system: '616' };

function found(customer: unknown, options?: Parameters<typeof checkCustomer>[1]): string[] {
  return checkCustomer(customer as CustomerInput, options).map((it) => `${it.code} ${it.path}`);
}

test('a right company, person, and both generic receivers have no problem', () => {
  assert.deepEqual(found(company), []);
  assert.deepEqual(found({ ...company, default_invoice_use: 'G03' }), []);
  assert.deepEqual(found({ ...person, default_invoice_use: 'D01' }), []);
  assert.deepEqual(found({ ...public_, default_invoice_use: 'S01' }), []);
  assert.deepEqual(found({ ...public_, tax_id: 'XEXX010101000' }), []);
});

test('an RFC that is none, or holds no date, is invalid', () => {
  assert.deepEqual(found({ ...company, tax_id: 'EKU9003173C' }), ['rfc_invalid tax_id']);
  assert.deepEqual(found({ ...company, tax_id: 'EKU9002303C9' }), ['rfc_invalid tax_id']);
  assert.deepEqual(found({ ...company, tax_id: 12 }), ['rfc_invalid tax_id']);
});

test('a check digit that does not match is a problem until it is accepted', () => {
  const wrong = { ...company, tax_id: 'EKU9003173C8' };
  assert.deepEqual(found(wrong), ['rfc_check_digit_mismatch tax_id']);
  assert.deepEqual(found(wrong, { acceptRfcCheckDigit: true }), []);
  // Accepting it opens nothing else: the format still counts.
  assert.deepEqual(found({ ...company, tax_id: 'EKU' }, { acceptRfcCheckDigit: true }), [
    'rfc_invalid tax_id',
  ]);
});

test("a company's name goes without its suffix, and it is offered stripped", () => {
  const problems = checkCustomer({ ...company, legal_name: 'ESCUELA KEMPER URGATE, S.A. de C.V.' });
  assert.equal(problems[0]?.code, 'legal_name_has_company_suffix');
  assert.match(problems[0].message, /«ESCUELA KEMPER URGATE»/);
  const suggestion = problems[0].suggestion!;
  assert.equal(suggestion, 'ESCUELA KEMPER URGATE');
  assert.deepEqual(found({ ...company, legal_name: suggestion }), []);
});

test('a receiver abroad has the number of its country, or the generic RFC where it is not known', () => {
  assert.deepEqual(found(foreigner), []);
  assert.deepEqual(found({ ...foreigner, tax_id: 'XEXX010101000' }), []);
  assert.deepEqual(found({ ...foreigner, default_invoice_use: 'S01' }), []);
  for (const tax_id of ['A'.repeat(FOREIGN_TAX_ID_LENGTH_MAX), '1', 'DE 811.569/869']) {
    assert.deepEqual(found({ ...foreigner, tax_id }), [], tax_id);
  }
  for (const tax_id of ['A'.repeat(FOREIGN_TAX_ID_LENGTH_MAX + 1), '', '-1', '1|2', '1-', 7]) {
    assert.deepEqual(found({ ...foreigner, tax_id }), ['foreign_tax_id_invalid tax_id']);
  }
});

test('a Mexican RFC has its address in Mexico', () => {
  for (const tax_id of [company.tax_id, person.tax_id, 'XAXX010101000']) {
    assert.deepEqual(found({ ...foreigner, tax_id }), ['rfc_not_for_abroad tax_id']);
    // Spelled out, the country changes nothing at home.
    const home = { zip: '42501', country: 'MEX' };
    assert.ok(
      !found({ ...company, tax_id, address: home })
        .join()
        .includes('country'),
    );
  }
  assert.deepEqual(found({ ...company, address: { zip: '42501', country: 'MEX' } }), []);
});

test('a receiver abroad is in the regime of those who have none, and takes S01', () => {
  assert.deepEqual(found({ ...foreigner, tax_system: '601' }), [
    'tax_system_must_be_616 tax_system',
  ]);
  assert.deepEqual(found({ ...foreigner, default_invoice_use: 'G03' }), [
    'use_must_be_s01 default_invoice_use',
  ]);
  assert.equal(kindOfReceiver(foreigner), 'generic_foreign');
  assert.equal(kindOfReceiver({ ...foreigner, tax_id: 'XEXX010101000' }), 'generic_foreign');
  assert.equal(kindOfReceiver(company), 'company');
});

test("a country is one of SAT's", () => {
  for (const country of ['XXX', 'usa', 'US', '']) {
    assert.ok(
      found({ ...foreigner, address: { zip: '94103', country } }).includes(
        'country_unknown address.country',
      ),
      country,
    );
  }
  const noText = { ...company, address: { zip: '42501', country: 7 } };
  assert.deepEqual(found(noText), ['country_unknown address.country']);
  assert.deepEqual(found({ ...company, address: { zip: '42501', country: null } }), []);
});

test('the zip of a country is as that country writes it, to its longest', () => {
  const zips = (zip: unknown) => found({ ...foreigner, address: { zip, country: 'GBR' } });
  const longest = '1'.repeat(FOREIGN_ZIP_LENGTH_MAX);
  for (const zip of ['SW1A 1AA', '00000', '1234-567', longest])
    assert.deepEqual(zips(zip), [], zip);
  for (const zip of ['', ' 1', '1|2', `${longest}1`, 12345, undefined]) {
    assert.deepEqual(zips(zip), ['zip_invalid address.zip']);
  }
});

test("a person's surname that reads as a suffix is a surname", () => {
  assert.deepEqual(found({ ...person, legal_name: 'MARIA SAS' }), []);
});

test('the name is required, has no pipe, and ends at its longest', () => {
  assert.deepEqual(found({ ...company, legal_name: '' }), ['text_required legal_name']);
  assert.deepEqual(found({ ...company, legal_name: ' ' }), ['text_required legal_name']);
  assert.deepEqual(found({ ...company, legal_name: 'A|B' }), ['text_invalid legal_name']);
  assert.deepEqual(found({ ...company, legal_name: 'A\nB' }), ['text_invalid legal_name']);
  const longest = 'A'.repeat(LEGAL_NAME_LENGTH_MAX);
  assert.deepEqual(found({ ...company, legal_name: longest }), []);
  assert.deepEqual(found({ ...company, legal_name: `${longest}A` }), ['text_too_long legal_name']);
});

test('the zip is five digits', () => {
  for (const zip of ['4250', '425011', '4250A', '', ' 42501', 42501, undefined]) {
    assert.deepEqual(found({ ...company, address: { zip } }), ['zip_invalid address.zip']);
  }
  assert.deepEqual(found({ ...company, address: undefined }), ['zip_invalid address.zip']);
});

test('the regime is known and fits the nature of the RFC', () => {
  assert.deepEqual(found({ ...company, tax_system: '600' }), ['tax_system_unknown tax_system']);
  assert.deepEqual(found({ ...company, tax_system: 601 }), ['tax_system_unknown tax_system']);
  assert.deepEqual(found({ ...company, tax_system: '612' }), [
    'tax_system_not_for_receiver tax_system',
  ]);
  assert.deepEqual(found({ ...person, tax_system: '601' }), [
    'tax_system_not_for_receiver tax_system',
  ]);
  assert.deepEqual(found({ ...public_, tax_system: '612' }), ['tax_system_must_be_616 tax_system']);
});

test('the usual use is known and fits the receiver', () => {
  const use = (customer: CustomerInput, code: string) =>
    found({ ...customer, default_invoice_use: code });
  assert.deepEqual(use(company, 'X99'), ['use_unknown default_invoice_use']);
  assert.deepEqual(use(company, 'D01'), ['use_not_for_receiver default_invoice_use']);
  assert.deepEqual(use({ ...person, tax_system: '605' }, 'G03'), [
    'use_not_for_receiver default_invoice_use',
  ]);
  assert.deepEqual(use(public_, 'G02'), ['use_must_be_s01 default_invoice_use']);
});

test('paths begin with the prefix asked for', () => {
  const wrong = { ...company, tax_id: 'x', address: { zip: '' } };
  assert.deepEqual(found(wrong, { path: 'customer' }), [
    'rfc_invalid customer.tax_id',
    'zip_invalid customer.address.zip',
  ]);
});

test('nothing makes it throw, and what is no customer has a problem', () => {
  const fields = fc.record(
    {
      legal_name: fc.anything(),
      tax_id: fc.anything(),
      tax_system: fc.anything(),
      default_invoice_use: fc.anything(),
      address: fc.anything(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fields, fc.anything()), (value) => {
      assert.ok(checkCustomer(value as CustomerInput).length > 0);
    }),
  );
});
