import { type ErrorDetail, invalidRequest } from './api-error.ts';

/** What can be changed while the sandbox runs, by `POST /__sandbox/settings`. */
export interface Settings {
  /** How long the work of each call takes, in milliseconds. */
  latency_ms: number;
  /**
   * What a repeated `idempotency_key` does. FacturAPI does not document it, so a client must be
   * right under all three: the first invoice again, a conflict, or a key that was forgotten.
   */
  idempotency: 'replay' | 'conflict' | 'forget';
}

export const latencyMsMax = 600_000;

export function defaultSettings(latencyMs: number): Settings {
  return { latency_ms: latencyMs, idempotency: 'replay' };
}

/** Applies a partial change after checking all of it, so that a bad one changes nothing. */
export function changeSettings(settings: Settings, change: unknown): Settings {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) {
    throw invalidRequest([detail('', 'invalid_type', 'Se espera un objeto con ajustes.')]);
  }
  const errors: ErrorDetail[] = [];
  for (const [name, value] of Object.entries(change)) {
    const problem = problemOf(name, value);
    if (problem !== undefined) errors.push(detail(name, 'invalid_value', problem));
  }
  if (errors.length > 0) throw invalidRequest(errors);
  return Object.assign(settings, change);
}

function problemOf(name: string, value: unknown): string | undefined {
  if (name === 'latency_ms') {
    const good = typeof value === 'number' && value >= 0 && value <= latencyMsMax;
    return good ? undefined : `latency_ms debe ser un número entre 0 y ${latencyMsMax}.`;
  }
  if (name === 'idempotency') {
    const good = value === 'replay' || value === 'conflict' || value === 'forget';
    return good ? undefined : 'idempotency debe ser replay, conflict o forget.';
  }
  return `No existe el ajuste ${name}.`;
}

function detail(path: string, code: string, message: string): ErrorDetail {
  return { code, message, path, location: 'body', source: 'facturapi' };
}
