import { type ErrorDetail, invalidRequest } from '../api-error.ts';
import { createPlan, type Odds, type Plan } from '../faults/plan.ts';
import type { ApiEvent } from './event.ts';

/**
 * What can befall an event on its way to a webhook. A dropped one is never sent. A doubled one is
 * sent twice. A reordered one waits until a later one was sent, or for a while when none comes.
 * Before a forged one a stranger sends an event of the same kind with a wrong signature.
 */
export const deliveryFaults = ['drop', 'double', 'reorder', 'forge'] as const;

export type DeliveryFault = (typeof deliveryFaults)[number];

export interface DeliveryRule extends Odds {
  fault: DeliveryFault;
  match?: { type?: string };
}

export type DeliveryPlan = Plan<DeliveryRule, ApiEvent>;

export function createDeliveryPlan(): DeliveryPlan {
  return createPlan(({ match }, event) => match?.type === undefined || match.type === event.type);
}

/** Reads a rule of `POST /__sandbox/webhooks/faults`; a misspelt one is refused. */
export function readDeliveryRule(body: unknown): DeliveryRule {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidRequest([detail('', 'Se espera un objeto con la falla.')]);
  }
  const errors = Object.entries({ fault: undefined, ...body }).flatMap(([name, value]) => {
    if (!Object.hasOwn(checks, name)) return [detail(name, `No existe el campo ${name}.`)];
    return checks[name]!(value) ? [] : [detail(name, `El valor de ${name} no es válido.`)];
  });
  if (errors.length > 0) throw invalidRequest(errors);
  return body as DeliveryRule;
}

const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
  fault: (value) => (deliveryFaults as readonly unknown[]).includes(value),
  match: (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([name, text]) => name === 'type' && typeof text === 'string'),
  times: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  seed: (value) => Number.isSafeInteger(value),
  probability: (value) => typeof value === 'number' && value >= 0 && value <= 1,
};

function detail(path: string, message: string): ErrorDetail {
  return { code: 'invalid_value', message, path, location: 'body', source: 'facturapi' };
}
