import { setTimeout as wait } from 'node:timers/promises';
import type { Accepted, Load } from './load.ts';
import type { Rig } from './rig.ts';
import { countOpenCalls, countOpenInvoices, readInvoices } from './rig-store.ts';
import { atMost, exactly, type Figure, noted } from './scenario.ts';

const lookEveryMs = 500;
const sayEveryMs = 10_000;

/** Waits until every invoice has come to its end, or the time is up; says how it goes meanwhile. */
export async function settle(
  rig: Rig,
  msMax: number,
  files: 'files too' | 'invoices' = 'invoices',
) {
  const { signal, say } = rig.run;
  const count = files === 'invoices' ? countOpenInvoices : countOpenCalls;
  const deadlineMs = Date.now() + msMax;
  let saidMs = 0;
  for (;;) {
    // PostgreSQL may be the one that is on its way back.
    const open = await count(rig.db).catch(() => Number.NaN);
    if (open === 0 || Date.now() > deadlineMs) return;
    signal.throwIfAborted();
    if (Date.now() - saidMs > sayEveryMs) {
      saidMs = Date.now();
      const { creates, max_in_flight } = await rig.side.counters();
      say(`${open} still open, ${creates} created, at most ${max_in_flight} in flight`);
    }
    await wait(lookEveryMs, undefined, { signal });
  }
}

/**
 * Every accepted invoice has exactly one CFDI, or waits in review with a reason; no CFDI is
 * anybody else's. Counted at the sandbox; our own rows say only what we believe.
 */
export async function accounts(rig: Rig, accepted: readonly Accepted[]): Promise<Figure[]> {
  const stored = new Map((await readInvoices(rig.db)).map((one) => [one.id, one]));
  const cfdis = Map.groupBy(await rig.side.cfdis(), (one) => one.external_id);
  const wrong = { lost: 0, untold: 0, other: 0 };
  let review = 0;
  for (const { id } of accepted) if (!stored.has(id)) wrong.lost += 1;
  for (const invoice of stored.values()) {
    const [cfdi] = cfdis.get(invoice.id) ?? [];
    if (invoice.status === 'review') {
      review += 1;
      if (!invoice.hasReason) wrong.untold += 1;
    } else if (!cfdi) wrong.lost += 1;
    else if (invoice.status !== 'valid') wrong.untold += 1;
    else if (invoice.uuid !== cfdi.uuid) wrong.other += 1;
  }
  const doubled = [...cfdis.values()].filter((those) => those.length > 1).length;
  const strangers = [...cfdis.keys()].filter((id) => !stored.has(id)).length;
  return [
    noted('invoices accepted', stored.size),
    exactly('lost: accepted, and no CFDI', wrong.lost, 0),
    exactly('doubles: more than one CFDI', doubled, 0),
    exactly('CFDI there, invoice not told', wrong.untold, 0),
    exactly('invoice with another UUID', wrong.other, 0),
    exactly('CFDI without an invoice', strangers, 0),
    noted('in review, with a reason', review),
  ];
}

export function nothingRefused(loads: readonly Load[]): Figure {
  const refused = loads.flatMap((load) => load.refused);
  const { ok } = exactly('', refused.length, 0);
  return {
    name: 'requests refused',
    value: ok ? 0 : `${refused.length}: ${refused[0]}`,
    limit: '= 0',
    ok,
  };
}

export async function inFlight(rig: Rig, earlierMost = 0): Promise<Figure> {
  const { max_in_flight } = await rig.side.counters();
  return atMost('calls in flight at FacturAPI, at most', Math.max(max_in_flight, earlierMost), 5);
}
