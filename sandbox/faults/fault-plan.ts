import type { Fault } from './fault.ts';

/** Which calls a rule is for; an absent field matches every call. */
export interface FaultMatch {
  method?: string;
  /** A route as counters name it (`/invoices/:invoice_id`) or a concrete path, without /v2. */
  path?: string;
  /** The suffix of the organization's key. */
  organization?: string;
}

export interface FaultRule extends Fault {
  match?: FaultMatch;
  /** How many calls it still strikes; without it, all of them. */
  times?: number;
  /** Between 0 and 1; 1 when absent. Drawn from `seed`, so a run can be played again. */
  probability?: number;
  seed?: number;
}

export interface FaultableCall {
  method: string;
  route: string;
  path: string;
  organization: string;
}

export interface ActiveRule extends FaultRule {
  id: number;
  struck: number;
}

/**
 * The faults that are planned, in the order they were posted. The first rule that matches a call
 * and whose dice say so strikes it. Each rule draws from its own generator: what one rule does
 * depends on its seed and on its own matching calls alone, not on other rules.
 */
export interface FaultPlan {
  add(rule: FaultRule): ActiveRule;
  pick(call: FaultableCall): Fault | undefined;
  list(): ActiveRule[];
  clear(): void;
}

export function createFaultPlan(): FaultPlan {
  let rules: { rule: ActiveRule; random: () => number }[] = [];
  let lastId = 0;
  return {
    add(input) {
      const rule = { ...input, id: ++lastId, struck: 0 };
      rules.push({ rule, random: seededRandom(rule.seed ?? rule.id) });
      return rule;
    },
    pick(call) {
      for (const { rule, random } of rules) {
        if (rule.times === 0 || !matches(rule.match, call)) continue;
        if (rule.probability !== undefined && random() >= rule.probability) continue;
        if (rule.times !== undefined) rule.times--;
        rule.struck++;
        return rule;
      }
      return undefined;
    },
    list: () => rules.map(({ rule }) => rule),
    clear() {
      rules = [];
    },
  };
}

function matches(match: FaultMatch | undefined, call: FaultableCall): boolean {
  if (!match) return true;
  if (match.method !== undefined && match.method.toUpperCase() !== call.method) return false;
  if (match.organization !== undefined && match.organization !== call.organization) return false;
  return match.path === undefined || match.path === call.route || match.path === call.path;
}

/** Mulberry32: small, fast, and the same sequence everywhere for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
