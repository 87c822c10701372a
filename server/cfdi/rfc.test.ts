import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inspectRfc } from './rfc.ts';

// SAT's own test taxpayers.
const COMPANY = 'EKU9003173C9';
const PERSON = 'CACX7605101P8';

test('a company, a person and the two generic receivers are told apart', () => {
  assert.deepEqual(inspectRfc(COMPANY), { kind: 'company', value: COMPANY });
  assert.deepEqual(inspectRfc(PERSON), { kind: 'person', value: PERSON });
  assert.deepEqual(inspectRfc('XAXX010101000'), {
    kind: 'generic_domestic',
    value: 'XAXX010101000',
  });
  assert.deepEqual(inspectRfc('XEXX010101000'), {
    kind: 'generic_foreign',
    value: 'XEXX010101000',
  });
});

test('spaces around and lower case are forgiven, in an Ñ of two code points too', () => {
  assert.deepEqual(inspectRfc(' eku9003173c9\t'), { kind: 'company', value: COMPANY });
  const reading = inspectRfc('n\u0303oo900317000');
  assert.equal('value' in reading && reading.value, 'ÑOO900317000');
});

test('a wrong check digit is told with the reading and the digit expected', () => {
  assert.deepEqual(inspectRfc('EKU9003173C8'), {
    problem: 'check_digit',
    expectedDigit: '9',
    kind: 'company',
    value: 'EKU9003173C8',
  });
});

test('a date that does not exist is its own problem', () => {
  for (const rfc of [
    'EKU9002303C9',
    'EKU9013173C9',
    'EKU9000103C9',
    'EKU9003003C9',
    'EKU0102293C9',
  ]) {
    assert.deepEqual(inspectRfc(rfc), { problem: 'date' }, rfc);
  }
  // 2000 was a leap year, and so is the year 00 of an RFC.
  assert.notDeepEqual(inspectRfc('EKU0002293C9'), { problem: 'date' });
});

test('anything else is a wrong format', () => {
  const texts = [
    '',
    'EKU9003173C',
    'EKUUU9003173C9',
    'EKU-900317-3C9',
    'EKU9003173CB',
    'x'.repeat(101),
  ];
  for (const text of [...texts, 'EKU 9003173C9', '١KU9003173C9']) {
    assert.deepEqual(inspectRfc(text), { problem: 'format' }, text);
  }
});

test('exactly one last character fits any first eleven or twelve', () => {
  const rfc = fc.tuple(
    fc.stringMatching(/^[A-ZÑ&]{3,4}$/),
    fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
    fc.stringMatching(/^[A-Z0-9]{2}$/),
  );
  fc.assert(
    fc.property(rfc, ([name, date, key]) => {
      const day = date.toISOString().slice(2, 10).replaceAll('-', '');
      const readings = [...'0123456789A'].map((digit) => inspectRfc(name + day + key + digit));
      assert.equal(readings.filter((reading) => !('problem' in reading)).length, 1);
    }),
  );
});

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void inspectRfc(text)));
  assert.deepEqual(inspectRfc(undefined as unknown as string), { problem: 'format' });
});
