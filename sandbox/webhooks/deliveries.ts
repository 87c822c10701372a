import { createCourier } from './courier.ts';
import type { DeliveryPlan } from './delivery-faults.ts';
import { createDeliveryLog, type DeliveryLog, type Parcel } from './delivery-log.ts';
import { type Happening, toEvent } from './event.ts';
import { isLoopback } from './post-event.ts';
import { createTimers } from './timers.ts';
import type { Webhook } from './webhook.ts';
import type { WebhooksStore } from './webhooks-store.ts';

export interface Deliveries {
  /** To be called after the change is committed. */
  announce(happening: Happening): void;
  list: DeliveryLog['list'];
  /** Nothing is sent any more; what waits for its repetition is lost, as if it was dropped. */
  close(): Promise<void>;
}

export interface DeliveryParts {
  webhooks: WebhooksStore;
  plan: DeliveryPlan;
  settings: { readonly webhook_retry_ms: number };
  now(): Date;
}

/** How long a reordered event waits for a later one. */
export const reorderMsMax = 2_000;

/**
 * Tells webhooks of what happened, in the order in which it did unless a fault is planned. Only
 * listeners on this machine are ever called.
 */
export function createDeliveries(parts: DeliveryParts): Deliveries {
  const { webhooks, plan, settings, now } = parts;
  const log = createDeliveryLog();
  const timers = createTimers();
  const courier = createCourier({ log, timers, settings });
  const held = new Map<string, Parcel>();

  function play(parcel: Parcel): void {
    const { webhook, fault } = parcel;
    if (!isLoopback(webhook.url) || fault === 'drop') {
      const outcome = fault === 'drop' ? 'dropped' : 'not_loopback';
      log.note(parcel, { attempt: 1, outcome, status: null });
      return;
    }
    if (fault === 'reorder' && !held.has(webhook.id)) {
      held.set(webhook.id, parcel);
      timers.after(reorderMsMax, () => release(webhook.id, parcel));
      return;
    }
    if (fault === 'forge') courier.forge(parcel);
    if (fault === 'double') courier.send(parcel);
    courier.send(parcel);
    release(webhook.id, held.get(webhook.id));
  }

  function release(webhook: string, parcel: Parcel | undefined): void {
    if (!parcel || held.get(webhook) !== parcel) return;
    held.delete(webhook);
    courier.send(parcel);
  }

  return {
    announce(happening) {
      const listening = webhooks.all(happening.scope).filter(listensTo(happening.type));
      if (listening.length === 0) return;
      const event = toEvent(happening, now());
      for (const webhook of listening) {
        play({ webhook, event, fault: plan.pick(event)?.fault ?? null });
      }
    },
    list: log.list,
    async close() {
      timers.close();
      await courier.close();
    },
  };
}

function listensTo(type: string) {
  return ({ status, enabled_events }: Webhook) =>
    status === 'enabled' && (enabled_events.includes(type) || enabled_events.includes('*'));
}
