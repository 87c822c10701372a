import { seededRandom } from './seeded-random.ts';

/** When a rule strikes among the things that it is for. */
export interface Odds {
  /** How many it still strikes; without it, all of them. */
  times?: number;
  /** Between 0 and 1; 1 when absent. Drawn from `seed`, so a run can be played again. */
  probability?: number;
  seed?: number;
}

export type Active<Rule> = Rule & { id: number; struck: number };

/**
 * Rules in the order they were posted. The first that matches a subject and whose dice say so
 * strikes it. Each rule draws from its own generator: what one rule does depends on its seed and
 * on its own matching subjects alone, not on other rules.
 */
export interface Plan<Rule extends Odds, Subject> {
  add(rule: Rule): Active<Rule>;
  pick(subject: Subject): Active<Rule> | undefined;
  list(): Active<Rule>[];
  clear(): void;
}

export function createPlan<Rule extends Odds, Subject>(
  matches: (rule: Rule, subject: Subject) => boolean,
): Plan<Rule, Subject> {
  let rules: { rule: Active<Rule>; random: () => number }[] = [];
  let lastId = 0;
  return {
    add(input) {
      const rule = { ...input, id: ++lastId, struck: 0 };
      rules.push({ rule, random: seededRandom(rule.seed ?? rule.id) });
      return rule;
    },
    pick(subject) {
      for (const { rule, random } of rules) {
        if (rule.times === 0 || !matches(rule, subject)) continue;
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
