import { objectId } from '../state/object-id.ts';

export const eventTypes = [
  'invoice.global_invoice_created',
  'invoice.status_updated',
  'invoice.cancellation_status_updated',
  'invoice.created_from_dashboard',
  'receipt.self_invoice_complete',
  'receipt.status_updated',
  'receipt.cancellation_status_updated',
  'customer.edit_link_completed',
] as const;

export type EventType = (typeof eventTypes)[number];

/** What happened, as the part that it happened in tells it. */
export interface Happening {
  type: EventType;
  /** `ORGANIZATION:test` or `ORGANIZATION:live`. */
  scope: string;
  /** The invoice, receipt or customer as the API shows it, in JSON. */
  object: string;
}

/** The event that webhooks carry. Every delivery of it has the same id. */
export interface ApiEvent {
  id: string;
  created_at: string;
  livemode: boolean;
  organization: string;
  type: EventType;
  data: { type: string; object: Record<string, unknown> };
  /** Why a stamping came to nothing; of `invoice.status_updated` alone. */
  related_resource_messages?: RelatedMessage[];
}

interface RelatedMessage {
  resource_type: string;
  resource_id: string;
  source: string;
  severity: 'error';
  message: string;
  created_at: string;
}

export function toEvent({ type, scope, object }: Happening, now: Date): ApiEvent {
  const [organization, side] = scope.split(':');
  const subject = JSON.parse(object) as Record<string, unknown>;
  return {
    id: objectId(now),
    created_at: now.toISOString(),
    livemode: side === 'live',
    organization: organization!,
    type,
    data: { type: type.split('.', 1)[0]!, object: subject },
    ...(type === 'invoice.status_updated' && {
      related_resource_messages: messagesOf(subject, now),
    }),
  };
}

function messagesOf({ id, status }: Record<string, unknown>, now: Date): RelatedMessage[] {
  if (status !== 'failed') return [];
  return [
    {
      resource_type: 'invoice',
      resource_id: String(id),
      source: 'stamping_async_task',
      severity: 'error',
      message: 'El timbrado de la factura no se pudo completar.',
      created_at: now.toISOString(),
    },
  ];
}
