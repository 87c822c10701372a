/** What is read of an event: whose it is, and about which invoice. Nothing else is believed. */
export interface FacturapiEvent {
  readonly id: string;
  readonly type: string;
  readonly organization: string;
  readonly livemode: boolean;
  /** Undefined when it is about a receipt or a customer. */
  readonly invoice: EventInvoice | undefined;
}

export interface EventInvoice {
  readonly facturapiId: string;
  /** Our own name for the document; null when it was made without one. */
  readonly externalId: string | null;
}

/** FacturAPI's ids have 24 characters, its types up to 35. */
export const eventTextLengthMax = 200;

/** Undefined when it is no JSON, or not an event as FacturAPI describes it (`EventBase`). */
export function readEvent(raw: Buffer): FacturapiEvent | undefined {
  const event = parsed(raw);
  const id = textOf(event?.id);
  const type = textOf(event?.type);
  const organization = textOf(event?.organization);
  if (!event || !id || !type || !organization || typeof event.livemode !== 'boolean') {
    return undefined;
  }
  return { id, type, organization, livemode: event.livemode, invoice: invoiceOf(event.data) };
}

function invoiceOf(data: unknown): EventInvoice | undefined {
  if (!isObject(data) || data.type !== 'invoice' || !isObject(data.object)) return undefined;
  const facturapiId = textOf(data.object.id);
  if (!facturapiId) return undefined;
  return { facturapiId, externalId: textOf(data.object.external_id) ?? null };
}

function parsed(raw: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(raw.toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text that PostgreSQL takes, in a length that an index takes. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > eventTextLengthMax) {
    return undefined;
  }
  return value.isWellFormed() && !value.includes('\u0000') ? value : undefined;
}
