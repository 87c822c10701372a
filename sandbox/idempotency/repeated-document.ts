import { ApiError } from '../api-error.ts';
import type { Settings } from '../settings.ts';

/**
 * What a repeated `idempotency_key` does. FacturAPI documents neither that, nor how long a key is
 * remembered, nor whether a refusal frees it. A client must be right whatever it is, so all of it
 * is settings: the first document again, a conflict, or nothing since the key was forgotten.
 */
export type IdempotencySettings = Pick<
  Settings,
  'idempotency' | 'idempotency_lifetime_ms' | 'idempotency_refused'
>;

/** The key of a body; an empty one counts as none, as documented. */
export function keyOf(body: unknown): string | undefined {
  const key = (body as { idempotency_key?: unknown } | null | undefined)?.idempotency_key;
  return typeof key === 'string' && key !== '' ? key : undefined;
}

/**
 * The document that a body with this key already made, in JSON, or undefined to go on and make it.
 * @param find the newest document of a key, in JSON.
 * @throws the 409 of a key in use.
 */
export function repeatedDocument(
  settings: IdempotencySettings,
  body: unknown,
  now: Date,
  find: (key: string) => string | undefined,
): string | undefined {
  const key = keyOf(body);
  if (key === undefined || settings.idempotency === 'forget') return undefined;
  const earlier = find(key);
  if (earlier === undefined) return undefined;
  const { created_at } = JSON.parse(earlier) as { created_at: string };
  const age = now.getTime() - Date.parse(created_at);
  if (age > settings.idempotency_lifetime_ms) return undefined;
  if (settings.idempotency === 'replay') return earlier;
  throw keyInUse();
}

export function keyInUse(): ApiError {
  const message = 'La llave de idempotencia ya fue utilizada.';
  return new ApiError(409, 'idempotency_key_in_use', message);
}
