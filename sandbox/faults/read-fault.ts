import { type ErrorDetail, invalidRequest } from '../api-error.ts';
import { type Fault, faultKinds } from './fault.ts';
import type { FaultRule } from './fault-plan.ts';
import { isLatency, latencyExpected } from './latency.ts';

/** Reads a rule of `POST /__sandbox/faults`; a misspelt one is refused, never silently idle. */
export function readFaultRule(body: unknown): FaultRule {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidRequest([detail('', 'Se espera un objeto con la falla.')]);
  }
  const errors = Object.entries(body).flatMap(([name, value]) => {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!check) return [detail(name, `No existe el campo ${name} en una falla.`)];
    return check.good(value) ? [] : [detail(name, `${name} debe ser ${check.expected}.`)];
  });
  if (!('fault' in body)) errors.push(detail('fault', 'Falta el campo fault.'));
  if (errors.length > 0) throw invalidRequest(errors);
  return body as FaultRule;
}

/**
 * Reads the header `X-Sandbox-Fault`, a fault for this call alone: a kind with fields after it
 * (`status;status=503;retry_after=2`), or the JSON of a rule.
 */
export function readFaultHeader(header: string): Fault {
  if (header.startsWith('{')) return readFaultRule(parseJson(header));
  const [kind, ...fields] = header.split(';').map((part) => part.trim());
  const rule: Record<string, unknown> = { fault: kind };
  for (const field of fields) {
    const at = field.indexOf('=');
    const name = field.slice(0, at).trim();
    const text = field.slice(at + 1).trim();
    rule[name] = /^\d+$/.test(text) ? Number(text) : text;
  }
  return readFaultRule(rule);
}

interface Check {
  good(value: unknown): boolean;
  expected: string;
}

const wholeNumber = (min: number, max: number): Check => ({
  good: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
  expected: `un entero entre ${min} y ${max}`,
});

const text: Check = { good: (value) => typeof value === 'string', expected: 'un texto' };

const checks: Readonly<Record<string, Check>> = {
  fault: {
    good: (value) => (faultKinds as readonly unknown[]).includes(value),
    expected: `una de ${faultKinds.join(', ')}`,
  },
  match: { good: isMatch, expected: 'un objeto con method, path u organization' },
  times: wholeNumber(0, 1_000_000_000),
  probability: {
    good: (value) => typeof value === 'number' && value >= 0 && value <= 1,
    expected: 'un número entre 0 y 1',
  },
  seed: wholeNumber(0, 4_294_967_295),
  status: wholeNumber(400, 599),
  code: text,
  message: text,
  retry_after: wholeNumber(0, 86_400),
  latency_ms: { good: isLatency, expected: latencyExpected },
  resolve_ms: wholeNumber(0, 86_400_000),
};

function isMatch(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(
    ([name, field]) =>
      ['method', 'path', 'organization'].includes(name) && typeof field === 'string',
  );
}

function parseJson(header: string): unknown {
  try {
    return JSON.parse(header);
  } catch {
    return undefined;
  }
}

function detail(path: string, message: string): ErrorDetail {
  return { code: 'invalid_value', message, path, location: 'body', source: 'facturapi' };
}
