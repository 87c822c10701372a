import type { Fault } from './fault.ts';
import { latencySource } from './latency.ts';
import { type Active, createPlan, type Odds } from './plan.ts';

/** Which calls a rule is for; an absent field matches every call. */
export interface FaultMatch {
  method?: string;
  /** A route as counters name it (`/invoices/:invoice_id`) or a concrete path, without /v2. */
  path?: string;
  /** The suffix of the organization's key. */
  organization?: string;
}

export interface FaultRule extends Fault, Odds {
  match?: FaultMatch;
}

export interface FaultableCall {
  method: string;
  route: string;
  path: string;
  organization: string;
}

/** A fault that strikes, with the latency that was drawn for it when it has one. */
export interface Strike {
  fault: Fault;
  latencyMs: number | undefined;
}

/** The faults that are planned for calls. */
export interface FaultPlan {
  add(rule: FaultRule): Active<FaultRule>;
  pick(call: FaultableCall): Strike | undefined;
  list(): Active<FaultRule>[];
  clear(): void;
}

export function createFaultPlan(): FaultPlan {
  const plan = createPlan<FaultRule, FaultableCall>(matches);
  const latencies = new Map<number, () => number | undefined>();
  return {
    add(input) {
      const rule = plan.add(input);
      latencies.set(rule.id, latencyOf(rule));
      return rule;
    },
    pick(call) {
      const fault = plan.pick(call);
      return fault && { fault, latencyMs: latencies.get(fault.id)?.() };
    },
    list: plan.list,
    clear() {
      plan.clear();
      latencies.clear();
    },
  };
}

/** The strike of a fault that is for one call alone. */
export function strikeOf(fault: Fault): Strike {
  return { fault, latencyMs: latencyOf(fault)() };
}

function latencyOf({ latency_ms }: Fault): () => number | undefined {
  return latency_ms === undefined ? () => undefined : latencySource(latency_ms);
}

function matches({ match }: FaultRule, call: FaultableCall): boolean {
  if (!match) return true;
  if (match.method !== undefined && match.method.toUpperCase() !== call.method) return false;
  if (match.organization !== undefined && match.organization !== call.organization) return false;
  return match.path === undefined || match.path === call.route || match.path === call.path;
}
