import { sharedAnswer } from '../platform/shared-answer.ts';
import { within } from '../platform/within.ts';
import { percentile } from './latency-histogram.ts';
import type { MachineState, ProcessState } from './machine-state.ts';
import { type InvoicesReport, prometheusText } from './prometheus-text.ts';
import type { QueueReport } from './queue-report.ts';

export interface ReportsOptions {
  readonly machineState: () => Promise<MachineState>;
  readonly workerPid: number;
  readonly queue: () => Promise<QueueReport>;
  /** What the operator should know of the invoices themselves. */
  readonly invoices: () => Promise<InvoicesReport>;
  readonly countSessions: () => Promise<number>;
  readonly pingDatabase: () => Promise<void>;
  readonly facturapiInFlightMax: number;
}

/** A stamper that has not been heard of for this long counts as gone. */
const leaderSilenceMsMax = 5_000;
/** Anyone may ask for the health as often as they like: a worker looks this often at the most. */
const healthKeptMs = 250;
const queueKeptMs = 1_000;
/** A PostgreSQL that is frozen never answers, and a balancer does not wait for ever. */
const checkMsMax = 1_500;

export type Reports = ReturnType<typeof makeReports>;

export function makeReports(o: ReportsOptions) {
  async function databaseAnswers(): Promise<boolean> {
    return within(checkMsMax, o.pingDatabase()).then(
      () => true,
      () => false,
    );
  }

  const stampingNow = sharedAnswer(queueKeptMs, async () => {
    const { counts, mood, ...lane } = await o.queue();
    const [waiting, invoices] = await Promise.all([counts(), o.invoices()]);
    return { queue: { ...waiting, ...lane }, mood, invoices };
  });

  async function metrics() {
    const [machine, stamping] = await Promise.all([o.machineState(), stampingNow()]);
    const { queue, mood, invoices } = stamping;
    const { totals } = machine;
    const gauges = machine.processes.flatMap((one) => (one.gauges ? [one.gauges] : []));
    const sum = (of: (gauge: (typeof gauges)[number]) => number) =>
      gauges.reduce((total, gauge) => total + of(gauge), 0);
    return {
      requests: { total: totals.requests, by_status: totals.byStatus, by_route: totals.byRoute },
      requests_by_worker: machine.requestsByWorker,
      latency_ms: {
        p50: percentile(totals.latencyMs, 0.5),
        p95: percentile(totals.latencyMs, 0.95),
        p99: percentile(totals.latencyMs, 0.99),
      },
      event_loop: { delay_ms_p99: Math.max(0, ...gauges.map((g) => g.eventLoopDelayMsP99)) },
      memory: { rss_bytes: sum((g) => g.rssBytes), heap_used_bytes: sum((g) => g.heapUsedBytes) },
      pool: {
        total: sum((g) => g.pool.total),
        in_use: sum((g) => g.pool.inUse),
        waiting: sum((g) => g.pool.waiting),
      },
      queue: { ...queue, limit: o.facturapiInFlightMax },
      deadlines: mood.deadlines,
      limits: { facturapi_concurrency: mood.concurrency },
      breaker: { state: mood.breaker, resting_organizations: mood.resting_organizations },
      invoices,
      machines: [{ id: machine.machineId, processes: machine.processes.map(describe) }],
    };
  }

  /** Open to anyone, so it names what fails and nothing else. */
  async function health() {
    const [machine, database, queue] = await Promise.all([
      within(checkMsMax, o.machineState()).catch(() => undefined),
      databaseAnswers(),
      within(checkMsMax, o.queue()).catch(() => undefined),
    ]);
    const web = machine?.processes.filter((one) => one.role === 'web') ?? [];
    const checks = {
      database: database ? 'ok' : 'down',
      workers: web.length > 0 && web.every((one) => one.state === 'ready') ? 'ok' : 'degraded',
      stamper:
        queue?.leader_heard_ms !== undefined && queue.leader_heard_ms < leaderSilenceMsMax
          ? 'ok'
          : 'down',
      notifications: machine?.listening ? 'ok' : 'down',
    };
    // A worker that is being replaced does not take the service away.
    const { workers: _, ...vital } = checks;
    const ok = Object.values(vital).every((state) => state === 'ok');
    return { status: ok ? 'ok' : 'unavailable', checks };
  }

  return {
    metrics,

    async info() {
      const machine = await o.machineState();
      const workers = machine.processes.map(describe);
      const own = workers.find((worker) => worker.pid === o.workerPid);
      const self = { id: machine.machineId, workers };
      return {
        worker: { id: own?.id ?? '', pid: o.workerPid, uptime_s: own?.uptime_s ?? 0 },
        machine: self,
        machines: [self],
      };
    },

    health: sharedAnswer(healthKeptMs, health),

    ready: databaseAnswers,

    async sessions() {
      const [machine, active] = await Promise.all([o.machineState(), o.countSessions()]);
      const { hits, misses } = machine.totals.sessions;
      // Each look-up goes to PostgreSQL: there is no cache yet, so none of them is a hit.
      return { store: 'postgres', connected: true, active, hit_rate: 0, look_ups: hits + misses };
    },

    prometheus: async () => {
      const [machine, stamping] = await Promise.all([o.machineState(), stampingNow()]);
      return prometheusText(machine, stamping, o.facturapiInFlightMax);
    },
  };
}

function describe(one: ProcessState) {
  return {
    id: one.id,
    pid: one.pid,
    role: one.role,
    state: one.state,
    uptime_s: Math.round((Date.now() - one.startedAtMs) / 1000),
    restarts: one.restarts,
    rss_bytes: one.gauges?.rssBytes ?? null,
  };
}
