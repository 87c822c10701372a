import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Facturapi, Wait } from '../../facturapi/facturapi.ts';
import { givenUpWorkMsMax, sendingMsMin } from '../deadlines.ts';
import type { Met } from '../mood/governor.ts';
import { attemptFacturapi } from './attempt-facturapi.ts';

const answer: Answer = { kind: 'broken', why: 'no answer', timedOut: true };
const marginMs = 200;

function attempt(leftMs: number, learntMs: number, o: { mustRest?: boolean } = {}) {
  const waits: number[] = [];
  const met: Met[] = [];
  const ask = async (...asked: unknown[]) => {
    waits.push((asked.at(-1) as Wait).timeoutMs);
    return answer;
  };
  const port = {
    createInvoice: ask,
    findByExternalId: ask,
    readInvoice: ask,
    downloadFile: ask,
    listInvoices: ask,
    searchCatalog: ask,
  } as unknown as Facturapi;
  const facturapi = attemptFacturapi({
    facturapi: port,
    tenantId: 'a',
    untilMs: performance.now() + leftMs,
    governor: {
      timeoutMs: () => learntMs,
      answered: (one) => met.push(one),
      mustRest: () => o.mustRest ?? false,
    },
  });
  return { facturapi, waits, met };
}

test('a call waits as long as was learnt, and what it met is told', async () => {
  const { facturapi, waits, met } = attempt(20_000, 4_000);
  assert.deepEqual(await facturapi.readInvoice('key', 'id'), { ...answer, lateMs: 0 });
  assert.deepEqual(waits, [4_000]);
  assert.deepEqual([met[0]!.kind, met[0]!.tenantId, met[0]!.cutShort], ['look_up', 'a', false]);
});

test('no call outlives what its claim promised, and one cut short is marked so', async () => {
  const { facturapi, waits, met } = attempt(3_000, 4_000);
  await facturapi.downloadFile('key', 'id', 'xml');
  assert.ok(waits[0]! <= 3_000 && waits[0]! > 3_000 - marginMs);
  assert.equal(met[0]!.cutShort, true);
});

test('with too little time left nothing is sent, and nothing is learnt of it', async () => {
  const late = attempt(sendingMsMin - 1, 4_000);
  assert.equal((await late.facturapi.searchCatalog('key', 'products', 'x')).kind, 'not_sent');
  assert.deepEqual([late.waits, late.met], [[], []]);
  const inTime = attempt(sendingMsMin + marginMs, 4_000);
  assert.equal((await inTime.facturapi.searchCatalog('key', 'products', 'x')).kind, 'broken');
});

test('a creation is not sent unless FacturAPI can have ended it before others look for it', async () => {
  const document = {} as Parameters<Facturapi['createInvoice']>[1];
  const late = attempt(givenUpWorkMsMax - 1, 4_000);
  assert.equal((await late.facturapi.createInvoice('key', document)).kind, 'not_sent');
  const inTime = attempt(givenUpWorkMsMax + marginMs, 4_000);
  assert.equal((await inTime.facturapi.createInvoice('key', document)).kind, 'broken');
});

test('an attempt whose company was told to rest meanwhile sends nothing more', async () => {
  const { facturapi, waits } = attempt(20_000, 4_000, { mustRest: true });
  assert.equal((await facturapi.findByExternalId('key', 'id')).kind, 'not_sent');
  assert.deepEqual(waits, []);
});
