import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CustomerRecord } from '../api/bodies.ts';
import {
  bodyOf,
  differences,
  draftOfCustomer,
  draftOfTyped,
  isOwnTaxId,
  kindOf,
  withAbroad,
} from './customer-draft.ts';

const record: CustomerRecord = {
  id: '01900000-0000-7000-8000-000000000000',
  legal_name: 'XOCHILT CASAS CHAVEZ',
  tax_id: 'CACX7605101P8',
  tax_system: '612',
  email: 'x@correo.mx',
  phone: null,
  default_invoice_use: 'G03',
  external_id: 'C-1',
  address: {
    street: 'Calle Uno',
    exterior: '1',
    interior: null,
    neighborhood: null,
    city: 'León',
    municipality: null,
    zip: '36257',
    state: null,
    country: 'MEX',
  },
  rfc_check_digit_accepted: false,
  archived_at: null,
  version: 3,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
};

test('a customer that is opened and saved untouched is sent as it was', () => {
  assert.deepEqual(bodyOf(draftOfCustomer(record)), {
    legal_name: 'XOCHILT CASAS CHAVEZ',
    tax_id: 'CACX7605101P8',
    tax_system: '612',
    email: 'x@correo.mx',
    default_invoice_use: 'G03',
    external_id: 'C-1',
    address: { street: 'Calle Uno', exterior: '1', city: 'León', zip: '36257', country: 'MEX' },
  });
});

test('an accepted check digit stays accepted', () => {
  const draft = draftOfCustomer({ ...record, rfc_check_digit_accepted: true });
  assert.equal(bodyOf(draft).accept_rfc_check_digit, true);
});

test('what was typed begins the name, or the RFC when it looks like one', () => {
  assert.equal(draftOfTyped('abarrotes').legal_name, 'abarrotes');
  const { tax_id, legal_name } = draftOfTyped('cacx7605101p8');
  assert.deepEqual([tax_id, legal_name], ['CACX7605101P8', '']);
});

test('an RFC says whether it is of a person, a company or nobody', () => {
  const kind = (tax_id: string) => kindOf({ ...draftOfTyped(''), tax_id });
  assert.equal(kind('CACX7605101P8'), 'person');
  assert.equal(kind('eku9003173c9'), 'company');
  assert.equal(kind('XAXX010101000'), 'generic');
  assert.equal(kind('XEXX010101000'), 'generic');
  assert.equal(kind('EKU9003173C'), undefined);
});

test('who has an RFC that is everybody’s, or half of one, has no duplicates', () => {
  const own = (tax_id: string, abroad = false) =>
    isOwnTaxId({ ...draftOfTyped(''), tax_id, abroad });
  assert.ok(own('EKU9003173C9'));
  assert.ok(own('98-7654321', true));
  for (const taxId of ['XAXX010101000', 'XEXX010101000', 'EKU9003173C', '']) {
    assert.ok(!own(taxId), taxId);
  }
  assert.ok(!own('XEXX010101000', true));
});

test('abroad there is one regime and a country, and coming back asks again', () => {
  const abroad = withAbroad(draftOfTyped('ACME INC'), true);
  assert.deepEqual([abroad.tax_id, abroad.tax_system], ['XEXX010101000', '616']);
  assert.equal(bodyOf({ ...abroad, country: 'USA' }).address.country, 'USA');
  const back = withAbroad({ ...abroad, country: 'USA' }, false);
  assert.deepEqual([back.tax_id, back.tax_system], ['', '']);
  assert.equal(bodyOf(back).address.country, 'MEX');
});

test('two versions differ in the fields that would be sent otherwise', () => {
  const mine = { ...draftOfCustomer(record), zip: '36258', phone: '55' };
  assert.deepEqual(differences(mine, draftOfCustomer(record)), [
    { field: 'phone', mine: '55', theirs: '' },
    { field: 'address.zip', mine: '36258', theirs: '36257' },
  ]);
  // Blanks and capitals are put right when it is sent.
  const same = { ...draftOfCustomer(record), legal_name: ' xochilt casas chavez ' };
  assert.deepEqual(differences(same, draftOfCustomer(record)), []);
});
