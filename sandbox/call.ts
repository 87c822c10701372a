import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { Logger } from 'pino';
import { type Answer, refusal, unexpected } from './answer.ts';
import { ApiError } from './api-error.ts';
import type { Ticket } from './counters/counters.ts';
import { behaviourOf, type Ending, type Fault } from './faults/fault.ts';
import type { FaultPlan } from './faults/fault-plan.ts';
import { readFaultHeader } from './faults/read-fault.ts';
import type { Account } from './organizations/organization.ts';
import type { Settings } from './settings.ts';
import type { Query } from './state/page.ts';

/** What a verb of the API gets to know of the request. */
export interface Call {
  account: Account;
  body: unknown;
  query: Query;
  params: Readonly<Record<string, string>>;
}

export type Work = (call: Call) => Answer | Promise<Answer>;

/** Set on the request when it arrives, before its body is read. */
export interface Arrival {
  account: Account;
  ticket: Ticket;
  /** The handler has taken over the ticket: from here the work ends it, not the connection. */
  taken: boolean;
}

export interface CallRunner {
  /** Makes a route handler of a verb. */
  serve(work: Work): RouteHandlerMethod;
  /** Breaks the connections that a fault left hanging, so that the server can stop. */
  dropSilent(): void;
}

export interface RunnerParts {
  settings: Settings;
  faults: FaultPlan;
  log: Logger;
  arrivalOf(request: FastifyRequest): Arrival;
}

/**
 * The life of a call: arrival (counted) -> latency -> work (committed) -> end of work (counted
 * off) -> delivery. Nothing of it stops when the client goes away, as at the real one. The count
 * goes down before the answer leaves, so a client that reads the answer never finds itself still
 * counted. Faults take hold before the work, after it, or of the time that it takes.
 */
export function createCallRunner(parts: RunnerParts): CallRunner {
  const silent = new Set<FastifyReply>();

  async function finish(work: Work, request: FastifyRequest, arrival: Arrival): Promise<Ending> {
    try {
      const fault = pickFault(parts.faults, request, arrival.account);
      const behaviour = fault && behaviourOf(fault);
      await pass((fault && behaviour?.latencyMs?.(fault)) ?? parts.settings.latency_ms);
      if (fault && behaviour?.before) return behaviour.before(fault);
      const answer = await work(callOf(request, arrival.account));
      if (fault && behaviour?.after) return behaviour.after(fault, answer);
      return { deliver: 'answer', answer };
    } catch (error) {
      if (error instanceof ApiError) return { deliver: 'answer', answer: refusal(error) };
      parts.log.error(error, 'a call failed in a way that nobody foresaw');
      return { deliver: 'answer', answer: unexpected() };
    } finally {
      arrival.ticket.end();
    }
  }

  return {
    serve: (work) => async (request, reply) => {
      const arrival = parts.arrivalOf(request);
      arrival.taken = true;
      const ending = await finish(work, request, arrival);
      if (ending.deliver === 'answer') return send(reply, ending.answer);
      reply.hijack();
      if (request.raw.socket.destroyed) return;
      if (ending.deliver === 'reset') {
        request.raw.socket.resetAndDestroy();
      } else {
        silent.add(reply);
        reply.raw.once('close', () => silent.delete(reply));
      }
    },
    dropSilent() {
      for (const reply of silent) reply.raw.destroy();
    },
  };
}

function pickFault(plan: FaultPlan, request: FastifyRequest, account: Account): Fault | undefined {
  const header = request.headers['x-sandbox-fault'];
  if (typeof header === 'string') return readFaultHeader(header);
  return plan.pick({
    method: request.method,
    route: routePath(request),
    path: withoutPrefix(request.url.split('?', 1)[0]!),
    organization: account.organization.suffix,
  });
}

/** A route as counters and faults name it, `/invoices/:invoice_id`: without the API's prefix. */
export function routePath(request: FastifyRequest): string {
  return withoutPrefix(request.routeOptions.url ?? '(unknown)');
}

function withoutPrefix(path: string): string {
  return path.startsWith('/v2/') ? path.slice(3) : path;
}

function callOf(request: FastifyRequest, account: Account): Call {
  return {
    account,
    body: request.body,
    query: request.query as Query,
    params: request.params as Record<string, string>,
  };
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status);
  if (answer.headers) reply.headers(answer.headers);
  if ('json' in answer) {
    return reply.header('content-type', 'application/json; charset=utf-8').send(answer.json);
  }
  reply.header('content-type', answer.type);
  reply.header('content-disposition', `attachment; filename="${answer.name}"`);
  return reply.send(answer.file);
}

async function pass(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
