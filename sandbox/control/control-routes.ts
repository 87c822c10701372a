import type { FastifyInstance } from 'fastify';
import type { CallLog } from '../calls/call-log.ts';
import { callRoutes } from '../calls/call-routes.ts';
import type { Counters } from '../counters/counters.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { readFaultRule } from '../faults/read-fault.ts';
import type { InvoicesStore } from '../invoices/invoices-store.ts';
import { changeSettings, type Settings } from '../settings.ts';
import { type Query, queryValue, readWholeNumber } from '../state/page.ts';

export interface ControlParts {
  counters: Counters;
  calls: CallLog;
  faults: FaultPlan;
  settings: Settings;
  /** What `settings` were at the start. */
  defaults: Readonly<Settings>;
  invoices: InvoicesStore;
  /** The clock may have moved, and SAT may be up again. */
  settingsChanged(): void;
}

const summariesPerPage = 1_000;
const summariesPerPageMax = 100_000;

/**
 * How a test or a person steers the sandbox and reads what it saw. These calls have no latency,
 * no faults and no key, and are not counted: whoever reaches the port may use them.
 */
export function controlRoutes(app: FastifyInstance, parts: ControlParts): void {
  const { counters, faults, settings, invoices } = parts;

  app.get('/counters', async () => counters.snapshot());
  app.post('/counters/reset', async () => {
    counters.reset();
    return counters.snapshot();
  });

  callRoutes(app, parts.calls);

  app.get('/settings', async () => settings);
  app.post('/settings', async (request) => {
    changeSettings(settings, request.body);
    parts.settingsChanged();
    return settings;
  });
  app.delete('/settings', async () => {
    Object.assign(settings, parts.defaults);
    parts.settingsChanged();
    return settings;
  });

  app.get('/faults', async () => faults.list());
  app.post('/faults', async (request, reply) => {
    reply.code(201);
    return faults.add(readFaultRule(request.body));
  });
  app.delete('/faults', async () => {
    faults.clear();
    return faults.list();
  });

  app.get('/invoices', async (request) => {
    const query = request.query as Query;
    const limit = readWholeNumber(query, 'limit') ?? summariesPerPage;
    return invoices.summaries(queryValue(query, 'after'), Math.min(limit, summariesPerPageMax));
  });
}
