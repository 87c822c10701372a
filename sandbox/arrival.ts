import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refusal } from './answer.ts';
import { type ApiError, notFound } from './api-error.ts';
import { type CallLog, type CallRecord, endRecord } from './calls/call-log.ts';
import type { Counters, Ticket } from './counters/counters.ts';
import { authenticate } from './organizations/authenticate.ts';
import type { Account } from './organizations/organization.ts';
import type { OrganizationsStore } from './organizations/organizations-store.ts';

/** Set on the request when it arrives, before its body is read. */
export interface Arrival {
  account: Account;
  /** Ends the call's work, in the counters and in the log. */
  ticket: Ticket;
  record: CallRecord;
  /** The handler has taken over the ticket: from here the work ends it, not the connection. */
  taken: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until the key has been read, and on the control plane. */
    arrival: Arrival | null;
  }
}

export interface ArrivalParts {
  organizations: OrganizationsStore;
  counters: Counters;
  calls: CallLog;
}

/** Counts and logs a call as soon as its key is read, which comes before its body. */
export function countArrivals(v2: FastifyInstance, parts: ArrivalParts): void {
  v2.addHook('onRequest', async (request, reply) => {
    let account: Account;
    try {
      account = authenticate(request.headers.authorization, parts.organizations);
    } catch (error) {
      const { ticket, record } = begin(parts, request, reply, undefined);
      ticket.end();
      record.ending = 'answer';
      record.status = (error as ApiError).status;
      throw error;
    }
    const arrival = { account, ...begin(parts, request, reply, account), taken: false };
    request.arrival = arrival;
    // A call whose client goes away in the middle of its body never reaches a handler.
    reply.raw.once('close', () => {
      if (arrival.taken) return;
      arrival.ticket.end();
      if (arrival.record.ending === 'working') arrival.record.ending = 'gone';
    });
  });
  v2.setNotFoundHandler((_request, reply) => sendError(reply, routeNotFound()));
}

function begin(
  { counters, calls }: ArrivalParts,
  request: FastifyRequest,
  reply: FastifyReply,
  account: Account | undefined,
): { ticket: Ticket; record: CallRecord } {
  const route = routePath(request);
  const counted = counters.begin(`${request.method} ${route}`, account?.organization.id);
  const record = calls.begin({
    method: request.method,
    route,
    url: withoutPrefix(request.url),
    organization: account?.organization.suffix ?? null,
    livemode: account?.livemode ?? null,
    log_id: String(reply.getHeader('x-facturapi-log-id')),
  });
  const ticket: Ticket = {
    end() {
      counted.end();
      endRecord(record);
    },
  };
  return { ticket, record };
}

export const jsonType = 'application/json; charset=utf-8';

export function routeNotFound(): ApiError {
  return notFound('not_found', 'La ruta no existe.');
}

/** For calls that end before a handler took them; their work is over before the client hears. */
export function sendError(reply: FastifyReply, error: ApiError): FastifyReply {
  const { arrival } = reply.request;
  const answer = refusal(error);
  if (arrival) {
    arrival.ticket.end();
    arrival.record.ending = 'answer';
    arrival.record.status = answer.status;
  }
  return reply.code(answer.status).header('content-type', jsonType).send(answer.json);
}

/** A route as counters and faults name it, `/invoices/:invoice_id`: without the API's prefix. */
export function routePath(request: FastifyRequest): string {
  return withoutPrefix(request.routeOptions.url ?? '(unknown)');
}

export function withoutPrefix(path: string): string {
  return path.startsWith('/v2/') ? path.slice(3) : path;
}
