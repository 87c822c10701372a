import { gatewayPage } from '../answer.ts';
import type { Organization } from '../organizations/organization.ts';
import type { Settings } from '../settings.ts';
import type { Ending } from './fault.ts';
import { latencySource } from './latency.ts';
import { createRateLimiter } from './rate-limiter.ts';

/** What the settings do to every call, whether or not a fault strikes it too. */
export interface Conditions {
  /** How a call ends that comes while the service is out, before it can do anything. */
  outage(): Ending | undefined;
  /** Throws the 429 of a call over the limit. */
  admit(organization: Organization): void;
  latencyMs(): number;
}

export function createConditions(settings: Settings, now: () => Date): Conditions {
  const limiter = createRateLimiter(now);
  let drawnFrom = settings.latency_ms;
  let nextLatency = latencySource(drawnFrom);
  return {
    outage() {
      switch (settings.outage) {
        case 'off':
          return undefined;
        case 'unavailable':
          return { deliver: 'answer', answer: gatewayPage(503) };
        case 'reset':
          return { deliver: 'reset' };
        case 'hang':
          return { deliver: 'silence' };
      }
    },
    admit: ({ id }) => limiter.admit(id, settings.rate_limit),
    latencyMs() {
      // A distribution that is set again starts its sequence again.
      if (drawnFrom !== settings.latency_ms) {
        drawnFrom = settings.latency_ms;
        nextLatency = latencySource(drawnFrom);
      }
      return nextLatency();
    },
  };
}
