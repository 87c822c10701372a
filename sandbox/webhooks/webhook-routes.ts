import type { FastifyInstance } from 'fastify';
import { type Answer, ok } from '../answer.ts';
import { invalidRequest, notFound } from '../api-error.ts';
import type { CallRunner } from '../call.ts';
import { FieldReader } from '../field-reader.ts';
import type { Account } from '../organizations/organization.ts';
import { listBody, type Query, readPage } from '../state/page.ts';
import { isSignature } from './signature.ts';
import { editedWebhook, readNewWebhook, type Webhook, withoutSecret } from './webhook.ts';
import type { WebhooksStore } from './webhooks-store.ts';

export function webhookRoutes(
  app: FastifyInstance,
  { serve }: CallRunner,
  webhooks: WebhooksStore,
  now: () => Date,
): void {
  app.post(
    '/webhooks',
    serve(({ account, body }) => createWebhook(webhooks, account, body, now())),
  );
  app.get(
    '/webhooks',
    serve(({ account, query }) => listWebhooks(webhooks, account, query)),
  );
  app.post(
    '/webhooks/validate-signature',
    serve(({ body }) => validateSignature(body)),
  );
  app.get(
    '/webhooks/:webhook_id',
    serve(({ account, params }) => shown(findWebhook(webhooks, account, params.webhook_id!))),
  );
  app.put(
    '/webhooks/:webhook_id',
    serve(({ account, params, body }) => {
      const before = findWebhook(webhooks, account, params.webhook_id!);
      const after = editedWebhook(before, body);
      webhooks.update(account.scope, after);
      return shown(after);
    }),
  );
  app.delete(
    '/webhooks/:webhook_id',
    serve(({ account, params }) => {
      const webhook = findWebhook(webhooks, account, params.webhook_id!);
      webhooks.remove(account.scope, webhook.id);
      return shown(webhook);
    }),
  );
}

/** 201 with the new webhook and its secret, or 200 with the one that has the address already. */
function createWebhook(
  webhooks: WebhooksStore,
  account: Account,
  body: unknown,
  now: Date,
): Answer {
  const webhook = readNewWebhook(body, account, now);
  const same = webhooks.findByUrl(account.scope, webhook.url);
  if (same) return ok(JSON.stringify(same));
  webhooks.insert(account.scope, webhook);
  return ok(JSON.stringify(webhook), 201);
}

const limitDefault = 50;

function listWebhooks(webhooks: WebhooksStore, account: Account, query: Query): Answer {
  const page = readPage(query, limitDefault);
  const found = webhooks.list(account.scope, page);
  const bodies = found.webhooks.map((webhook) => JSON.stringify(withoutSecret(webhook)));
  return ok(listBody(page, found.total, bodies));
}

function findWebhook(webhooks: WebhooksStore, account: Account, id: string): Webhook {
  const webhook = webhooks.find(account.scope, id);
  if (!webhook) throw notFound('webhook_not_found', 'El webhook no existe.');
  return webhook;
}

function shown(webhook: Webhook): Answer {
  return ok(JSON.stringify(withoutSecret(webhook)));
}

/** The event again when its signature is good. The payload may be the event, or its very text. */
function validateSignature(body: unknown): Answer {
  const reader = new FieldReader();
  const from = reader.object(body, '') ?? {};
  const secret = reader.text(from, 'secret', 'secret', { required: true });
  const signature = reader.text(from, 'signature', 'signature', { required: true });
  const { payload } = from;
  if (payload === undefined || payload === null) {
    reader.fail('payload', 'required', 'El campo payload es requerido.');
  }
  if (reader.errors.length > 0) throw invalidRequest(reader.errors);
  const raw = typeof payload === 'string' ? payload : JSON.stringify(payload);
  if (!isSignature(secret!, raw, signature!) || !isJson(raw)) {
    reader.fail('signature', 'invalid_value', 'La firma no corresponde al evento.');
    throw invalidRequest(reader.errors);
  }
  return ok(raw);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
