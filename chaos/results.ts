import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { circumstances } from '../bench/measure.ts';
import type { Figure } from './scenario.ts';

export interface Outcome {
  readonly name: string;
  readonly promise: string;
  readonly passed: boolean;
  readonly figures: readonly Figure[];
  readonly seconds: number;
  /** What was thrown instead of figures. */
  readonly failure?: string;
}

const folder = fileURLToPath(new URL('results/', import.meta.url));

/** As JSON for programs and as tables for people, by date; a part of the scenarios by its name. */
export function writeResults(
  outcomes: readonly Outcome[],
  o: { readonly quick: boolean; readonly complete: boolean },
): void {
  const where = circumstances();
  const { machine } = where;
  const text = [
    '# chaos',
    '',
    `${where.date}, commit ${where.commit}, ${machine.cores} cores of ${machine.cpu}, ` +
      `${machine.memory_gb} GB, Node ${where.node}${o.quick ? ', --quick' : ''}.`,
    ...outcomes.flatMap(tableOf),
  ].join('\n');
  console.log(`\n${outcomes.flatMap(tableOf).join('\n')}`);
  if (!o.complete) return;
  const names = outcomes.length > 3 ? 'chaos' : outcomes.map((one) => one.name).join('+');
  const file = `${where.date}-${names}${o.quick ? '-quick' : ''}`;
  mkdirSync(folder, { recursive: true });
  const json = JSON.stringify({ ...where, quick: o.quick, outcomes }, null, 2);
  writeFileSync(`${folder}${file}.json`, `${json}\n`);
  writeFileSync(`${folder}${file}.md`, `${text}\n`);
  console.log(`written to chaos/results/${file}.{json,md}`);
}

function tableOf(outcome: Outcome): string[] {
  const verdict = outcome.passed ? 'PASS' : 'FAIL';
  return [
    '',
    `## ${outcome.name}: ${verdict} (${outcome.seconds} s)`,
    '',
    outcome.promise,
    '',
    ...(outcome.failure ? ['```', outcome.failure, '```'] : []),
    ...(outcome.figures.length > 0 ? ['| figure | value | limit | |', '|---|---|---|---|'] : []),
    ...outcome.figures.map(
      ({ name, value, limit, ok }) =>
        `| ${name} | ${value} | ${limit} | ${limit === '' ? '' : ok ? 'PASS' : 'FAIL'} |`,
    ),
  ];
}
