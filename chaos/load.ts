import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { someInvoice } from '../test/support/person.ts';
import type { Company, Rig } from './rig.ts';

/** Invoices that Timbra has accepted: from then on each must be stamped once. */
export interface Accepted {
  readonly id: string;
  readonly company: Company;
  /** When the answer that says so was read. */
  readonly answeredMs: number;
}

export interface Load {
  readonly accepted: readonly Accepted[];
  /** What was neither accepted nor worth repeating: status and words. */
  readonly refused: readonly string[];
  /** Asks for no more; resolves when every request has ended. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly companies: readonly Company[];
  /** People at work at once, in turn for the companies. */
  readonly people: number;
  /** Accepted and not yet at their end: above it people read instead of issuing. */
  readonly openMax: number;
  readonly invoicesMax: number;
  /** Between two invoices of one person. */
  readonly pauseMs?: number;
}

const readEveryMs = 200;
const repeatEveryMs = 200;
const repeatsMax = 600;

/** People who issue and read without an end, as integrators do: a key each, repeated until answered. */
export function startLoad(rig: Rig, o: LoadOptions): Load {
  const accepted: Accepted[] = [];
  const refused: string[] = [];
  const open = new Set<Accepted>();
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, rig.run.signal]);
  let asked = 0;

  async function person(company: Company): Promise<void> {
    while (!signal.aborted && asked < o.invoicesMax) {
      if (open.size >= o.openMax) {
        await readSome();
        await wait(readEveryMs, undefined, { signal }).catch(() => {});
        continue;
      }
      asked += 1;
      const answer = await issue(rig, company);
      if (typeof answer === 'string') refused.push(answer);
      else {
        accepted.push(answer);
        open.add(answer);
      }
      if (o.pauseMs) await wait(o.pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  /** The ones that have waited longest are looked at, over HTTP as people do. */
  async function readSome(): Promise<void> {
    for (const one of [...open].slice(0, 5)) {
      const status = await statusOf(rig, one);
      if (status && !['queued', 'stamping', 'pending'].includes(status)) open.delete(one);
      if (signal.aborted) return;
    }
  }

  const people = Array.from({ length: o.people }, (_, i) =>
    person(o.companies[i % o.companies.length]!),
  );
  return {
    accepted,
    refused,
    async stop() {
      stopping.abort();
      await Promise.all(people);
    },
  };
}

/** A given number of invoices, as fast as they are accepted. */
export async function issueMany(rig: Rig, company: Company, count: number): Promise<Load> {
  const options = { companies: [company], people: 8, openMax: count + 1, invoicesMax: count };
  const load = startLoad(rig, options);
  const { signal } = rig.run;
  while (!signal.aborted && load.accepted.length + load.refused.length < count) {
    await wait(readEveryMs, undefined, { signal }).catch(() => {});
  }
  await load.stop();
  return load;
}

/** Answers why not, when it was refused or nobody answered for very long. */
export async function issue(rig: Rig, company: Company): Promise<Accepted | string> {
  const headers = { 'idempotency-key': randomUUID(), prefer: 'wait=0' };
  let last = '';
  for (let repeats = 0; repeats < repeatsMax && !rig.run.signal.aborted; repeats += 1) {
    try {
      const invoice = someInvoice(company.customerId);
      const answer = await company.person.at(rig.nextUrl()).issue(invoice, headers);
      if (answer.status === 201 || answer.status === 202) {
        return { id: answer.body.id, company, answeredMs: Date.now() };
      }
      last = `${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`;
      if (answer.status !== 503 && answer.status !== 429) return last;
    } catch (error) {
      last = String((error as { cause?: unknown }).cause ?? error);
    }
    await wait(repeatEveryMs, undefined, { signal: rig.run.signal }).catch(() => {});
  }
  return `nobody accepted it: ${last}`;
}

async function statusOf(rig: Rig, { id, company }: Accepted): Promise<string | undefined> {
  try {
    const answer = await company.person.at(rig.nextUrl()).get(`/api/invoices/${id}`);
    return answer.status === 200 ? answer.body.status : undefined;
  } catch {
    return undefined;
  }
}
