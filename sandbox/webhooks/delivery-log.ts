import type { DeliveryFault } from './delivery-faults.ts';
import type { ApiEvent } from './event.ts';
import type { Webhook } from './webhook.ts';

/** One attempt to deliver an event, for tests to read. */
export interface Delivery {
  seq: number;
  webhook: string;
  url: string;
  event: string;
  type: string;
  /** 1 for the first; what is sent twice or by a stranger begins at 1 too. */
  attempt: number;
  fault: DeliveryFault | null;
  /** `forged`: not FacturAPI's. `dropped` and `not_loopback` were never sent. */
  outcome: 'delivered' | 'refused' | 'failed' | 'dropped' | 'forged' | 'not_loopback';
  /** What the listener answered; null when it answered nothing. */
  status: number | null;
}

/** An event on its way to a webhook, with what befalls it. */
export interface Parcel {
  webhook: Webhook;
  event: ApiEvent;
  fault: DeliveryFault | null;
}

export interface DeliveryLog {
  note(parcel: Parcel, result: Pick<Delivery, 'attempt' | 'outcome' | 'status'>): void;
  /** In order. @param after the `seq` of the last one already seen. */
  list(after: number, limit: number): Delivery[];
}

const keptMax = 5_000;
/** The oldest are dropped so many at a time, since each dropping moves the rest. */
const droppedAtOnce = 500;

export function createDeliveryLog(): DeliveryLog {
  let kept: Delivery[] = [];
  let last = 0;
  return {
    note({ webhook, event, fault }, result) {
      const of = { webhook: webhook.id, url: webhook.url, event: event.id, type: event.type };
      kept.push({ seq: ++last, ...of, fault, ...result });
      if (kept.length >= keptMax + droppedAtOnce) kept = kept.slice(-keptMax);
    },
    list: (after, limit) => kept.filter(({ seq }) => seq > after).slice(0, limit),
  };
}
