import { Gauge, Registry } from 'prom-client';
import { percentile } from './latency-histogram.ts';
import type { MachineState } from './machine-state.ts';
import type { FacturapiMood, QueueCounts, QueueReport } from './queue-report.ts';

export interface InvoicesReport {
  /** Without a stamp for more than 48 hours; SAT takes them for 72. */
  readonly late: number;
  /** Of the oldest that is open. */
  readonly oldest_age_s: number | null;
  readonly reconciliation: {
    /** Between us and FacturAPI, those that a person must look at, by kind. */
    readonly differences_open: Readonly<Record<string, number>>;
  };
}

interface StampingReport {
  readonly queue: QueueCounts & Pick<QueueReport, 'in_flight'>;
  readonly mood: FacturapiMood;
  readonly invoices: InvoicesReport;
}

/** The machine and the installation's queue in Prometheus' text format. */
export async function prometheusText(
  machine: MachineState,
  { queue, mood, invoices }: StampingReport,
  limit: number,
) {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const requests = gauge('timbra_http_requests_total', 'HTTP answers by status.', ['status']);
  for (const [status, count] of Object.entries(machine.totals.byStatus)) {
    requests.set({ status }, count);
  }
  const latency = gauge('timbra_http_latency_ms', 'HTTP latency since the start.', ['quantile']);
  for (const share of [0.5, 0.95, 0.99]) {
    latency.set({ quantile: String(share) }, percentile(machine.totals.latencyMs, share));
  }
  const memory = gauge('timbra_process_rss_bytes', 'Resident memory.', ['process']);
  const restarts = gauge('timbra_process_restarts_total', 'Restarts of a child.', ['process']);
  for (const one of machine.processes) {
    if (one.gauges) memory.set({ process: one.id }, one.gauges.rssBytes);
    restarts.set({ process: one.id }, one.restarts);
  }
  const waiting = gauge('timbra_queue_calls', 'Calls that wait, by priority.', ['priority']);
  for (const [priority, count] of Object.entries(queue.by_priority)) {
    waiting.set({ priority }, count);
  }
  gauge('timbra_facturapi_in_flight', 'Calls in flight at FacturAPI.').set(queue.in_flight);
  gauge('timbra_facturapi_in_flight_limit', 'The limit of calls in flight.').set(limit);
  const deadlines = gauge('timbra_facturapi_deadline_ms', 'Learnt waits.', ['kind', 'of']);
  for (const { kind, shortest_ms, longest_ms } of mood.deadlines) {
    deadlines.set({ kind, of: 'shortest' }, shortest_ms);
    deadlines.set({ kind, of: 'longest' }, longest_ms);
  }
  const slots = gauge('timbra_facturapi_concurrency', 'Slots in use, as its pace allows.');
  if (mood.concurrency !== null) slots.set(mood.concurrency);
  const breaker = gauge('timbra_facturapi_breaker', '1 for the present state.', ['state']);
  for (const state of ['closed', 'probing', 'open']) {
    breaker.set({ state }, state === mood.breaker ? 1 : 0);
  }
  gauge('timbra_facturapi_resting_organizations', 'Organizations whose calls rest.').set(
    mood.resting_organizations,
  );
  gauge('timbra_invoices_late', 'Without a stamp for more than 48 hours.').set(invoices.late);
  const differences = gauge('timbra_reconciliation_differences', 'Open ones.', ['kind']);
  for (const [kind, count] of Object.entries(invoices.reconciliation.differences_open)) {
    differences.set({ kind }, count);
  }
  return { contentType: registry.contentType, text: await registry.metrics() };
}
