import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answered,
  claimedCall,
  refused,
  reset,
  scriptedFacturapi,
} from '../../../test/support/scripted-facturapi.ts';
import type { Answer } from '../../facturapi/facturapi.ts';
import { blockedRetryMs, fileAttemptsMax, givenUpWorkMsMax } from '../deadlines.ts';
import type { InvoiceCall } from '../queue/stamping-queue.ts';
import { fetchFile } from './fetch-file.ts';

const nowMs = Date.UTC(2026, 2, 1);
const xml = '<?xml version="1.0" encoding="UTF-8"?><cfdi:Comprobante/>';
const bytesOf = (text: string) => answered(200, undefined, { bytes: Buffer.from(text) });
const stampedCall = (o: Partial<InvoiceCall> = {}) =>
  claimedCall({ kind: 'fetch_xml', facturapiId: 'fac-1', ...o });

async function fetched(answers: readonly Answer[], call: InvoiceCall, key: string | null = 'sk_1') {
  const { facturapi, asked } = scriptedFacturapi(answers.map((one) => ['download', one]));
  const performed = await fetchFile(call, {
    facturapi,
    keyOf: () => key ?? undefined,
    now: () => new Date(nowMs),
    random: () => 0.5,
  });
  return { ...performed, asked };
}

test('the XML is kept as it came, byte for byte', async () => {
  for (const text of [xml, `\n ${xml}`, `\uFEFF${xml}`]) {
    const { settlement, asked } = await fetched([bytesOf(text)], stampedCall());
    assert.equal(settlement.state, 'done');
    assert.deepEqual(settlement.file, { kind: 'xml', content: Buffer.from(text) });
    assert.equal(settlement.invoice, undefined);
    assert.deepEqual(asked, [{ what: 'download', key: 'sk_1', of: 'fac-1/xml' }]);
  }
});

test('the PDF is asked for as a PDF', async () => {
  const { settlement, asked } = await fetched(
    [bytesOf('%PDF-1.7\n')],
    stampedCall({ kind: 'fetch_pdf' }),
  );
  assert.equal(settlement.file?.kind, 'pdf');
  assert.equal(asked[0]?.of, 'fac-1/pdf');
});

for (const { name, kind, text } of [
  { name: 'an empty body for the XML', kind: 'fetch_xml', text: '' },
  { name: 'JSON for the XML', kind: 'fetch_xml', text: '{"ok":true}' },
  { name: 'XML for the PDF', kind: 'fetch_pdf', text: xml },
  { name: 'an empty body for the PDF', kind: 'fetch_pdf', text: '' },
] as const) {
  test(`${name} is not kept, and is asked for again`, async () => {
    const { settlement } = await fetched([bytesOf(text)], stampedCall({ kind }));
    assert.equal(settlement.file, undefined);
    assert.equal(settlement.state, 'delayed');
  });
}

test('a download that broke keeps its slot while FacturAPI may be at it', async () => {
  const broken = await fetched([reset], stampedCall());
  assert.equal(broken.settlement.slotMs, givenUpWorkMsMax);
  assert.equal((await fetched([refused], stampedCall())).settlement.slotMs, undefined);
});

test('a 429 lets the whole company rest as long as it was told to, plus jitter', async () => {
  const busy = answered(429, { code: 'rate_limit_exceeded' }, { retryAfterMs: 3_000 });
  const { settlement } = await fetched([busy], stampedCall());
  assert.equal(settlement.state, 'queued');
  assert.deepEqual(settlement.pause, { reason: 'busy', restMs: 3_500 });
});

test('a key that is refused, or does not open, lets the whole company rest', async () => {
  const unauthorized = answered(401, { code: 'unauthorized' });
  const refusedKey = await fetched([unauthorized], stampedCall());
  const noKey = await fetched([], stampedCall(), null);
  for (const { settlement } of [refusedKey, noKey]) {
    assert.equal(settlement.state, 'queued');
    assert.deepEqual(
      [settlement.pause?.reason, settlement.pause?.restMs],
      ['blocked', blockedRetryMs],
    );
  }
  assert.deepEqual(noKey.asked, []);
});

test('it is tried so many times and no more, and says why it was given up', async () => {
  const missing = answered(404, { code: 'not_found', message: 'No existe' });
  const last = fileAttemptsMax - 1;
  const goesOn = await fetched([missing], stampedCall({ attempts: last }));
  assert.equal(goesOn.settlement.state, 'delayed');
  const ends = await fetched([missing], stampedCall({ attempts: last + 1 }));
  assert.equal(ends.settlement.state, 'dead');
  assert.equal((ends.settlement.problem as { code: string }).code, 'not_found');
  assert.equal(ends.attempt.outcome, 'not_fetched');
});
