import { randomBytes } from 'node:crypto';
import type { DeliveryLog, Parcel } from './delivery-log.ts';
import { createPoster } from './post-event.ts';
import type { Timers } from './timers.ts';

/**
 * Carries events to webhooks, one after the other to each. One that was not taken (any answer but
 * 2xx, or none) is repeated later, and does not hold up those behind it.
 */
export interface Courier {
  send(parcel: Parcel): void;
  /** Sends what someone would who knows the address but not the secret. */
  forge(parcel: Parcel): void;
  /** Nothing is sent any more; what waits for its repetition is lost. */
  close(): Promise<void>;
}

export interface CourierParts {
  log: DeliveryLog;
  timers: Timers;
  settings: { readonly webhook_retry_ms: number };
}

export const attemptsMax = 5;

export function createCourier({ log, timers, settings }: CourierParts): Courier {
  const poster = createPoster();
  const queues = new Map<string, Promise<void>>();
  let closed = false;

  function enqueue({ webhook }: Parcel, work: () => Promise<void>): void {
    const before = queues.get(webhook.id) ?? Promise.resolve();
    queues.set(
      webhook.id,
      before.then(() => (closed ? undefined : work())),
    );
  }

  function send(parcel: Parcel, attempt = 1): void {
    enqueue(parcel, async () => {
      const { webhook, event } = parcel;
      const status = await poster.post(webhook.url, JSON.stringify(event), webhook.secret);
      const taken = status !== null && status >= 200 && status < 300;
      const outcome = taken ? 'delivered' : status === null ? 'failed' : 'refused';
      log.note(parcel, { attempt, outcome, status });
      if (taken || attempt >= attemptsMax) return;
      const wait = settings.webhook_retry_ms * 2 ** (attempt - 1);
      timers.after(wait, () => send(parcel, attempt + 1));
    });
  }

  async function forge(parcel: Parcel): Promise<void> {
    const { webhook, event } = parcel;
    const object = { ...event.data.object, status: 'canceled', cancellation_status: 'accepted' };
    const forged = { ...event, id: randomBytes(12).toString('hex') };
    const body = JSON.stringify({ ...forged, data: { ...event.data, object } });
    const status = await poster.post(webhook.url, body, randomBytes(32).toString('hex'));
    log.note({ ...parcel, event: forged }, { attempt: 1, outcome: 'forged', status });
  }

  return {
    send: (parcel) => send(parcel),
    forge: (parcel) => enqueue(parcel, () => forge(parcel)),
    async close() {
      closed = true;
      await poster.close();
      await Promise.all(queues.values());
    },
  };
}
