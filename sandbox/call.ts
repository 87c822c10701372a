import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { Logger } from 'pino';
import { type Answer, refusal, unexpected } from './answer.ts';
import { ApiError } from './api-error.ts';
import { type Arrival, jsonType, routePath, withoutPrefix } from './arrival.ts';
import { noteDocument } from './calls/call-log.ts';
import type { Conditions } from './faults/conditions.ts';
import { behaviourOf, type Ending, type Fault } from './faults/fault.ts';
import { type FaultPlan, type Strike, strikeOf } from './faults/fault-plan.ts';
import { readFaultHeader } from './faults/read-fault.ts';
import type { Account } from './organizations/organization.ts';
import type { Query } from './state/page.ts';

/** What a verb of the API gets to know of the request. */
export interface Call {
  account: Account;
  body: unknown;
  query: Query;
  params: Readonly<Record<string, string>>;
  /** The fault that strikes this call, for the kinds that the work itself plays. */
  fault: Fault | undefined;
}

export type Work = (call: Call) => Answer | Promise<Answer>;

export interface CallRunner {
  /** Makes a route handler of a verb. */
  serve(work: Work): RouteHandlerMethod;
  /** Breaks the connections that a fault left hanging, so that the server can stop. */
  dropSilent(): void;
}

export interface RunnerParts {
  conditions: Conditions;
  faults: FaultPlan;
  log: Logger;
}

/**
 * The life of a call: arrival (counted) -> outage and rate limit -> latency -> work (committed)
 * -> end of work (counted off) -> delivery. Nothing of it stops when the client goes away, as at
 * the real one. The count goes down before the answer leaves, so a client that reads the answer
 * never finds itself still counted. Faults take hold before the work, after it, or of the time
 * that it takes.
 */
export function createCallRunner(parts: RunnerParts): CallRunner {
  const { conditions, faults, log } = parts;
  const silent = new Set<FastifyReply>();

  async function finish(work: Work, request: FastifyRequest, arrival: Arrival): Promise<Ending> {
    const { account, record, ticket } = arrival;
    try {
      noteDocument(record, request.body);
      const out = conditions.outage();
      if (out) return out;
      conditions.admit(account.organization);
      const { fault, latencyMs } = pickFault(faults, request, account) ?? noStrike;
      record.fault = fault?.fault ?? null;
      await pass(latencyMs ?? conditions.latencyMs());
      const behaviour = fault && behaviourOf(fault);
      if (behaviour?.before) return behaviour.before(fault!);
      const answer = await work(callOf(request, account, fault));
      if (behaviour?.after) return behaviour.after(fault!, answer);
      return { deliver: 'answer', answer };
    } catch (error) {
      if (error instanceof ApiError) return { deliver: 'answer', answer: refusal(error) };
      log.error(error, 'a call failed in a way that nobody foresaw');
      return { deliver: 'answer', answer: unexpected() };
    } finally {
      ticket.end();
    }
  }

  return {
    serve: (work) => async (request, reply) => {
      const arrival = request.arrival!;
      arrival.taken = true;
      const ending = await finish(work, request, arrival);
      arrival.record.ending = ending.deliver;
      if (ending.deliver === 'answer') {
        arrival.record.status = ending.answer.status;
        return send(reply, ending.answer);
      }
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

const noStrike: Partial<Strike> = {};

function pickFault(plan: FaultPlan, request: FastifyRequest, account: Account): Strike | undefined {
  const header = request.headers['x-sandbox-fault'];
  if (typeof header === 'string') return strikeOf(readFaultHeader(header));
  return plan.pick({
    method: request.method,
    route: routePath(request),
    path: withoutPrefix(request.url.split('?', 1)[0]!),
    organization: account.organization.suffix,
  });
}

function callOf(request: FastifyRequest, account: Account, fault: Fault | undefined): Call {
  return {
    account,
    body: request.body,
    query: request.query as Query,
    params: request.params as Record<string, string>,
    fault,
  };
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status);
  if (answer.headers) reply.headers(answer.headers);
  if ('json' in answer) return reply.header('content-type', jsonType).send(answer.json);
  if ('html' in answer) return reply.header('content-type', 'text/html').send(answer.html);
  reply.header('content-type', answer.type);
  reply.header('content-disposition', `attachment; filename="${answer.name}"`);
  return reply.send(answer.file);
}

async function pass(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
