import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import type { EmbeddedPostgres } from '../platform/embedded-postgres/embedded-postgres.ts';
import type { Logger } from '../platform/logging.ts';
import type { DatabaseAccess } from '../platform/postgres/database.ts';
import { type Listener, startListener } from '../platform/postgres/listener.ts';
import { type SettingsByRole, sandboxEnvironment, settingsByRole } from './child-settings.ts';
import { type Child, keepAlive } from './children.ts';
import { makeMachine } from './machine.ts';
import type { ProcessState } from './machine-state.ts';
import type { ToSupervisor } from './messages.ts';
import { choosePort, displayHost, freePort } from './ports.ts';
import { runSetUp } from './set-up-child.ts';
import { StartError } from './start-error.ts';

/**
 * The primary of node:cluster. It owns no business logic: it starts PostgreSQL when none is
 * given, has the database set up by a child, then keeps the sandbox, the stamper and the web
 * workers alive, and holds the machine's one LISTEN connection for all of them.
 *
 *   starting ── every child ready ──> ready ── SIGTERM or Ctrl-C ──> stopping ──> gone
 */
export interface Supervisor {
  /** Resolves when every child is ready. */
  readonly ready: Promise<{ readonly address: string; readonly facturapiUrl: string }>;
  /** At any time, also while it starts; leaves no process behind. */
  stop(): Promise<void>;
}

export interface SupervisorOptions {
  readonly config: Config;
  readonly machineId: string;
  readonly secretKey: Buffer;
  readonly startPostgres: (() => Promise<EmbeddedPostgres>) | undefined;
  readonly log: Logger;
}

type Role = 'web' | 'stamper' | 'sandbox';

const program = fileURLToPath(new URL('../main.ts', import.meta.url));
const sandboxProgram = fileURLToPath(new URL('../../sandbox/main.ts', import.meta.url));

/** How long each process may take to drain before it is killed; in the order of leaving. */
const stopMsMax: ReadonlyArray<readonly [Role, number]> = [
  ['web', 10_000],
  ['stamper', 20_000],
  ['sandbox', 7_000],
];
/** A child that dies so often before it was ever ready will not come up: the start has failed. */
const startDeathsMax = 4;

export function startSupervisor(o: SupervisorOptions): Supervisor {
  const { config, log } = o;
  const children: Child[] = [];
  const roles = new Map<string, Role>();
  const roleOf = (child: Child) => roles.get(child.id) ?? 'web';
  const withRole = (role: Role) => children.filter((child) => roleOf(child) === role);
  const stopping = new AbortController();
  const aborted = abortOf(stopping.signal);
  let postgres: EmbeddedPostgres | undefined;
  let listener: Listener | undefined;
  let stopped: Promise<void> | undefined;

  const machine = makeMachine({
    id: o.machineId,
    children: () => children,
    role: roleOf,
    listening: () => listener?.connected ?? false,
    extra: () => [ownState()],
  });

  async function start() {
    const port = await choosePort(config);
    const sandboxPort = config.facturapiUrl ? undefined : await freePort();
    stopping.signal.throwIfAborted();
    postgres = await o.startPostgres?.();
    stopping.signal.throwIfAborted();
    const settings = settingsByRole({ ...o, postgres, port, sandboxPort });
    await runSetUp({ program, settings: settings.setUp, signal: stopping.signal });
    stopping.signal.throwIfAborted();
    listener = listen(settings.listen);

    const starting: Promise<void>[] = [];
    if (sandboxPort !== undefined) {
      starting.push(add('sandbox', 'sandbox', settings, sandboxEnvironment(config, sandboxPort)));
    }
    starting.push(add('stamper', 'stamper', settings));
    for (let i = 1; i <= config.webWorkers; i += 1) starting.push(add(`web-${i}`, 'web', settings));
    await Promise.race([Promise.all(starting), aborted]);
    const { facturapiUrl } = settings.stamper;
    return { address: `http://${displayHost(config.host)}:${port}`, facturapiUrl };
  }

  function listen(access: DatabaseAccess): Listener {
    const audience: Readonly<Record<string, Role>> = {
      timbra_calls: 'stamper',
      timbra_invoices: 'web',
      timbra_sessions: 'web',
      timbra_customer_imports: 'web',
    };
    const tellAll = (type: 'look_again' | 'deaf') => {
      for (const child of [...withRole('stamper'), ...withRole('web')]) child.send({ type });
    };
    return startListener({
      access,
      channels: Object.keys(audience),
      log,
      onNotification: (channel, payload) => {
        for (const child of withRole(audience[channel]!)) {
          child.send({ type: 'notification', channel, payload });
        }
      },
      onConnected: () => tellAll('look_again'),
      onLost: () => tellAll('deaf'),
    });
  }

  /** Resolves when the child was ready for the first time. */
  function add(
    id: string,
    role: Role,
    settings: SettingsByRole,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    roles.set(id, role);
    return new Promise((resolve, reject) => {
      let wasReady = false;
      let deaths = 0;
      let lastWords = '';
      const child = keepAlive({
        id,
        kind: role === 'sandbox' ? 'plain' : 'cluster',
        program: role === 'sandbox' ? sandboxProgram : program,
        environment: { TIMBRA_ROLE: role, ...environment },
        log,
        onStart: (started) => {
          if (role === 'sandbox') return;
          started.send({ type: 'start', settings: settings[role] });
          if (listener?.connected) started.send({ type: 'look_again' });
        },
        onReady: () => {
          wasReady = true;
          resolve();
        },
        onMessage: (from, message) => {
          if (message.type === 'failed') lastWords = message.message;
          received(from, message);
        },
        onExit: (from) => {
          machine.forget(from);
          deaths += 1;
          if (wasReady || deaths < startDeathsMax) return;
          reject(new StartError(`${id} does not start: ${lastWords || 'see the log above'}`));
        },
      });
      children.push(child);
    });
  }

  function received(from: Child, message: ToSupervisor) {
    if (message.type === 'failed') log.error({ child: from.id }, message.message);
    else if (message.type === 'ask_machine_state') void machine.answer(from, message.id);
    else machine.received(from, message);
  }

  async function stopAll(): Promise<void> {
    stopping.abort(new StartError('stopped while it started'));
    // Until the start has given up it may still make what must be stopped: PostgreSQL takes seconds.
    await started.catch(() => {});
    for (const [role, msMax] of stopMsMax) {
      await Promise.all(withRole(role).map((child) => child.stop(msMax)));
    }
    await listener?.stop();
    await postgres?.stop();
  }

  const started = start();
  const ready = Promise.race([started, aborted]);
  ready.catch(() => {});
  return {
    ready,
    stop() {
      stopped ??= stopAll();
      return stopped;
    },
  };
}

function abortOf(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  return aborted;
}

function ownState(): ProcessState {
  const memory = process.memoryUsage();
  return {
    id: 'supervisor',
    pid: process.pid,
    role: 'supervisor',
    state: 'ready',
    startedAtMs: Date.now() - process.uptime() * 1000,
    restarts: 0,
    gauges: {
      eventLoopDelayMsP99: 0,
      rssBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
      // The machine's LISTEN connection.
      pool: { total: 1, inUse: 1, waiting: 0 },
    },
  };
}
