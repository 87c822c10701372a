import { randomBytes } from 'node:crypto';
import { invalidRequest } from '../api-error.ts';
import { FieldReader, type Fields } from '../field-reader.ts';
import type { Account } from '../organizations/organization.ts';
import { objectId } from '../state/object-id.ts';
import { eventTypes } from './event.ts';

/** A webhook as it is kept; the API shows its secret at its making only. */
export interface Webhook {
  id: string;
  created_at: string;
  livemode: boolean;
  organization: string;
  url: string;
  enabled_events: string[];
  status: 'enabled' | 'disabled';
  secret: string;
}

const urlLengthMax = 2_000;

export function readNewWebhook(body: unknown, account: Account, now: Date): Webhook {
  const reader = new FieldReader();
  const from = reader.object(body, '');
  if (!from) throw invalidRequest(reader.errors);
  const url = reader.text(from, 'url', 'url', { required: true, max: urlLengthMax });
  if (url !== undefined && !isHttpUrl(url)) {
    reader.fail('url', 'invalid_format', 'El campo url debe ser una dirección http o https.');
  }
  const events = readEvents(reader, from, true);
  if (reader.errors.length > 0) throw invalidRequest(reader.errors);
  return {
    id: objectId(now),
    created_at: now.toISOString(),
    livemode: account.livemode,
    organization: account.organization.id,
    url: url!,
    enabled_events: events!,
    status: 'enabled',
    secret: randomBytes(32).toString('hex'),
  };
}

/** Its events and its status may be changed, its address may not. */
export function editedWebhook(before: Webhook, body: unknown): Webhook {
  const reader = new FieldReader();
  const from = reader.object(body ?? {}, '');
  if (!from) throw invalidRequest(reader.errors);
  const known = (word: string) => word === 'enabled' || word === 'disabled';
  const status = reader.text(from, 'status', 'status', { known }) ?? before.status;
  const events = readEvents(reader, from, false) ?? before.enabled_events;
  if (reader.errors.length > 0) throw invalidRequest(reader.errors);
  return { ...before, enabled_events: events, status: status as Webhook['status'] };
}

function readEvents(reader: FieldReader, from: Fields, required: boolean): string[] | undefined {
  const list = reader.list(from, 'enabled_events', 'enabled_events', required);
  if (!list) return undefined;
  const known: readonly unknown[] = ['*', ...eventTypes];
  for (const [index, event] of list.entries()) {
    if (known.includes(event)) continue;
    const message = `El evento ${String(event)} no existe.`;
    reader.fail(`enabled_events.${index}`, 'invalid_value', message);
  }
  return list as string[];
}

export function withoutSecret({ secret: _, ...shown }: Webhook): Omit<Webhook, 'secret'> {
  return shown;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
