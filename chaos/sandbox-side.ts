import type { CallRecord } from '../sandbox/calls/call-log.ts';
import type { Settings } from '../sandbox/settings.ts';

/** What counts is what came to FacturAPI's side; this reads it there and sets its weather. */
export interface SandboxSide {
  settings(change: Partial<Settings>): Promise<void>;
  fault(rule: object): Promise<void>;
  clearFaults(): Promise<void>;
  counters(): Promise<{ in_flight: number; max_in_flight: number; calls: number; creates: number }>;
  resetCounters(): Promise<void>;
  /** Every call since the last `forgetCalls`, in the order of their coming. */
  calls(): Promise<CallRecord[]>;
  forgetCalls(): Promise<void>;
  /** Every CFDI, oldest first. */
  cfdis(): Promise<Cfdi[]>;
}

export interface Cfdi {
  readonly id: string;
  readonly external_id: string;
  readonly uuid: string | null;
  readonly status: string;
}

const askMsMax = 10_000;
const pageSize = 1_000;
const callsPageSize = 20_000;

export function sandboxSide(facturapiUrl: string): SandboxSide {
  const control = facturapiUrl.replace(/\/v2$/, '/__sandbox');

  async function ask(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(control + path, {
      method,
      signal: AbortSignal.timeout(askMsMax),
      ...(body && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`sandbox ${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** The sandbox keeps the newest 20,000: what was read once is kept here. */
  const ended: CallRecord[] = [];
  let readUpTo = 0;

  return {
    settings: async (change) => void (await ask('POST', '/settings', change)),
    fault: async (rule) => void (await ask('POST', '/faults', rule)),
    clearFaults: async () => void (await ask('DELETE', '/faults')),
    counters: () => ask('GET', '/counters') as ReturnType<SandboxSide['counters']>,
    resetCounters: async () => void (await ask('POST', '/counters/reset', {})),
    async calls() {
      const path = `/calls?after=${readUpTo}&limit=${callsPageSize}`;
      const { calls } = (await ask('GET', path)) as { calls: CallRecord[] };
      // A call that is still at work is read again next time.
      const firstOpen = calls.findIndex((call) => call.ended_ms === null);
      const closed = firstOpen === -1 ? calls : calls.slice(0, firstOpen);
      ended.push(...closed);
      readUpTo = closed.at(-1)?.seq ?? readUpTo;
      return [...ended, ...calls.slice(closed.length)];
    },
    async forgetCalls() {
      await ask('DELETE', '/calls');
      ended.length = 0;
      readUpTo = 0;
    },
    async cfdis() {
      const all: Cfdi[] = [];
      for (;;) {
        const after = all.at(-1)?.id;
        const path = `/invoices?limit=${pageSize}${after ? `&after=${after}` : ''}`;
        const page = (await ask('GET', path)) as Cfdi[] | { data: Cfdi[] };
        const data = Array.isArray(page) ? page : page.data;
        all.push(...data);
        if (data.length < pageSize) return all;
      }
    },
  };
}

/** A creation, as opposed to a look-up or a file. */
export function isCreation(call: CallRecord): boolean {
  return call.method === 'POST' && call.route === '/invoices';
}

/** A search by external_id: somebody asks whether an earlier sending had arrived. */
export function isLookUp(call: CallRecord): boolean {
  return call.method === 'GET' && call.route === '/invoices';
}

/** The most calls whose work overlapped, from their own times. */
export function mostAtOnce(calls: readonly CallRecord[]): number {
  const moments = calls.flatMap((call) => [
    { at: call.started_ms, change: 1 },
    { at: call.ended_ms ?? Number.POSITIVE_INFINITY, change: -1 },
  ]);
  // An end at the same instant counts first.
  moments.sort((a, b) => a.at - b.at || a.change - b.change);
  let now = 0;
  let most = 0;
  for (const { change } of moments) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}
