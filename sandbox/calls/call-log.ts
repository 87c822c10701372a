/**
 * Every call that came, for tests to read: who asked for what, when its work began and ended, and
 * what the client was given. Times are the machine's own, in milliseconds since 1970 with their
 * fraction, whatever the sandbox's clock says.
 */
export interface CallRecord {
  /** Counts up from 1 and has no gaps, resets included. */
  seq: number;
  method: string;
  /** As counters name it, `/invoices/:invoice_id`. */
  route: string;
  /** As it was asked for, with its query. */
  url: string;
  /** The suffix of the organization's key; null for a call without a good one. */
  organization: string | null;
  livemode: boolean | null;
  started_ms: number;
  /** Null while the work goes on. */
  ended_ms: number | null;
  /** The status that was answered; null where nothing was. */
  status: number | null;
  /** `gone`: the client left before its request was complete. */
  ending: 'working' | 'answer' | 'reset' | 'silence' | 'gone';
  fault: string | null;
  external_id: string | null;
  idempotency_key: string | null;
  log_id: string;
}

export type NewCall = Pick<
  CallRecord,
  'method' | 'route' | 'url' | 'organization' | 'livemode' | 'log_id'
>;

export interface CallLog {
  begin(call: NewCall): CallRecord;
  /** In the order of their coming. @param after the `seq` of the last one already seen. */
  list(after: number, limit: number): CallRecord[];
  /** The `seq` of the newest call, and how many of all are no longer kept. */
  counts(): { last: number; forgotten: number };
  clear(): void;
}

export const callsKeptMax = 20_000;
/** The oldest are dropped so many at a time, since each dropping moves the rest. */
const droppedAtOnce = 2_000;

export function createCallLog(): CallLog {
  let kept: CallRecord[] = [];
  let last = 0;
  return {
    begin(call) {
      const record: CallRecord = {
        ...call,
        seq: ++last,
        started_ms: clockMs(),
        ended_ms: null,
        status: null,
        ending: 'working',
        fault: null,
        external_id: null,
        idempotency_key: null,
      };
      kept.push(record);
      if (kept.length >= callsKeptMax + droppedAtOnce) kept = kept.slice(-callsKeptMax);
      return record;
    },
    list(after, limit) {
      const first = kept[0]?.seq ?? last + 1;
      const from = Math.max(0, after + 1 - first);
      return kept.slice(from, from + limit);
    },
    counts: () => ({ last, forgotten: last - kept.length }),
    clear() {
      kept = [];
    },
  };
}

export function endRecord(record: CallRecord): void {
  record.ended_ms ??= clockMs();
}

/** Notes what a body calls its document by. */
export function noteDocument(record: CallRecord, body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  const { external_id, idempotency_key } = body as Record<string, unknown>;
  if (typeof external_id === 'string') record.external_id = external_id;
  if (typeof idempotency_key === 'string') record.idempotency_key = idempotency_key;
}

function clockMs(): number {
  return performance.timeOrigin + performance.now();
}
