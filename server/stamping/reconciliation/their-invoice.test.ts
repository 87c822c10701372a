import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answered, timedOut } from '../../../test/support/scripted-facturapi.ts';
import { toImported } from './imported-invoice.ts';
import { readListPage, readTheirInvoice } from './their-invoice.ts';

const uuid = '39C85A3F-275B-4341-B259-E8971D9F8A94';
const stamped = {
  ...{ id: 'a', status: 'valid', type: 'I', uuid, total: 116.1, series: 'F', folio_number: 7 },
  ...{ date: '2026-05-01T12:00:00.000Z', created_at: '2026-05-01T12:00:01.000Z' },
};

test('an invoice is read as it stands, its UUID in lower case and its money as text', () => {
  const read = readTheirInvoice(stamped)!;
  assert.deepEqual(
    [
      read.uuid,
      read.total,
      read.series,
      read.folioNumber,
      read.externalId,
      read.date.toISOString(),
    ],
    [uuid.toLowerCase(), '116.1', 'F', 7, null, stamped.date],
  );
});

test('what cannot be relied on is not read', () => {
  for (const change of [
    { id: 7 },
    { id: '' },
    { id: 'x'.repeat(201) },
    { date: '+010000-01-01T00:00:00.000Z', created_at: undefined },
    { status: 'nueva' },
    { uuid: undefined },
    { uuid: 'no' },
    { total: '116' },
    { total: -1 },
    { total: 1e13 },
    { folio_number: 1.5 },
    { folio_number: 2 ** 60 },
    { date: 'ayer', created_at: undefined },
    { items: [{ product: { description: 'a\u0000b' } }] },
    { customer: { legal_name: 'x\ud800' } },
  ]) {
    assert.equal(readTheirInvoice({ ...stamped, ...change }), undefined, JSON.stringify(change));
  }
  // Longer than an index takes: left out, as if there were none.
  const long = readTheirInvoice({
    ...stamped,
    external_id: 'x'.repeat(201),
    series: 'x'.repeat(201),
  })!;
  assert.deepEqual([long.externalId, long.series], [null, '']);
  // What only looks like an escape is text like any other.
  assert.ok(readTheirInvoice({ ...stamped, conditions: 'a\\u0000 \\ud800 😀' }));
});

test('whatever a list holds, reading and importing it throws nothing', () => {
  const near = fc.record(
    {
      id: fc.oneof(fc.string(), fc.anything()),
      status: fc.oneof(fc.constantFrom('valid', 'canceled', 'draft'), fc.anything()),
      uuid: fc.oneof(fc.uuid(), fc.anything()),
      type: fc.oneof(fc.constantFrom('I', 'P', 'N'), fc.anything()),
      ...{ total: fc.anything(), date: fc.oneof(fc.constant(stamped.date), fc.anything()) },
      ...{ customer: fc.anything(), items: fc.anything(), stamp: fc.anything() },
      ...{ currency: fc.anything(), folio_number: fc.oneof(fc.nat(), fc.anything()) },
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(near, fc.jsonValue())), (data) => {
      const body = JSON.parse(JSON.stringify({ data: data.map((one) => asJson(one)) }));
      const page = readListPage(answered(200, body), 100)!;
      assert.equal(page.invoices.length + page.unreadable.length, data.length);
      for (const one of page.invoices) toImported(one);
    }),
    { numRuns: 1_000 },
  );
});

/** As it could have come over the wire. */
function asJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    return null;
  }
}

test('what is no list is no page', () => {
  for (const answer of [timedOut, answered(200, {}), answered(500, { data: [] }), answered(200)]) {
    assert.equal(readListPage(answer, 100), undefined);
  }
});

test('a list that does not say how long it is goes on while its pages are full', () => {
  assert.equal(readListPage(answered(200, { data: [stamped, stamped] }), 2)!.pages, Infinity);
  assert.equal(readListPage(answered(200, { data: [stamped] }), 2)!.pages, 0);
});

test('the list ends where its last dated invoice does, readable or not', () => {
  const data = [stamped, { id: 'x', date: '2026-04-01T00:00:00Z' }, { id: 'draft' }];
  const page = readListPage(answered(200, { data }), 100)!;
  assert.equal(page.oldest?.toISOString(), '2026-04-01T00:00:00.000Z');
});
