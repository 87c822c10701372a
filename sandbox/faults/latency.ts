import { seededRandom } from './seeded-random.ts';

/**
 * How long the work of a call takes, in milliseconds: always the same, or drawn from a
 * distribution. The heavy tails are what a service under load shows: most calls near the median,
 * and a few that take many times as long, up to `max`.
 */
export type Latency =
  | number
  | { distribution: 'uniform'; min: number; max: number; seed?: number }
  | { distribution: 'lognormal'; median: number; sigma: number; max: number; seed?: number }
  | { distribution: 'pareto'; min: number; shape: number; max: number; seed?: number };

export const latencyMsMax = 600_000;

/** Draws one latency after the other; the same seed gives the same sequence. */
export function latencySource(latency: Latency): () => number {
  if (typeof latency === 'number') return () => latency;
  const random = seededRandom(latency.seed ?? 1);
  return () => draw(latency, random);
}

function draw(latency: Exclude<Latency, number>, random: () => number): number {
  switch (latency.distribution) {
    case 'uniform':
      return latency.min + random() * (latency.max - latency.min);
    case 'lognormal': {
      const { median, sigma, max } = latency;
      return Math.min(max, median * Math.exp(sigma * standardNormal(random)));
    }
    case 'pareto': {
      const { min, shape, max } = latency;
      return Math.min(max, min * (1 - random()) ** (-1 / shape));
    }
  }
}

/** Box and Muller's transform, of which one of the two values is enough. */
function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const numbers = {
  uniform: ['min', 'max'],
  lognormal: ['median', 'sigma', 'max'],
  pareto: ['min', 'shape', 'max'],
} as const;

export const latencyExpected =
  `un número entre 0 y ${latencyMsMax}, o un objeto con distribution ` +
  '(uniform: min, max; lognormal: median, sigma, max; pareto: min, shape, max) y tal vez seed';

export function isLatency(value: unknown): value is Latency {
  if (typeof value === 'number') return value >= 0 && value <= latencyMsMax;
  if (typeof value !== 'object' || value === null) return false;
  const { distribution, seed, ...rest } = value as Record<string, unknown>;
  if (typeof distribution !== 'string' || !Object.hasOwn(numbers, distribution)) return false;
  if (seed !== undefined && !Number.isSafeInteger(seed)) return false;
  const names: readonly string[] = numbers[distribution as keyof typeof numbers];
  const given = Object.entries(rest);
  return given.length === names.length && given.every((entry) => isParameter(names, entry));
}

function isParameter(names: readonly string[], [name, value]: [string, unknown]): boolean {
  if (!names.includes(name) || typeof value !== 'number') return false;
  const positive = name === 'sigma' || name === 'shape' || name === 'median';
  return value >= 0 && value <= latencyMsMax && (!positive || value > 0);
}
