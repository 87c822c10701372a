import type { DatabaseAccess } from '../platform/postgres/database.ts';
import type { CounterDeltas } from './counters.ts';
import type { MachineState } from './machine-state.ts';

/** What every child is sent once, over IPC and not through its environment. */
interface CommonSettings {
  readonly production: boolean;
  readonly demo: boolean;
  readonly host: string;
  readonly port: number;
  readonly logFormat: 'line' | 'json';
  readonly logLevel: string;
  readonly machineId: string;
  readonly facturapiLimitScope: 'installation' | 'organization';
}

/** A web worker answers strangers, so it is told nothing that opens more than its own tables. */
export interface WebSettings extends CommonSettings {
  /** Signs the session cookie. */
  readonly cookieKey: string;
  /** Opens the secrets with which FacturAPI signs its events, and nothing else. */
  readonly webhookKey: string;
  readonly metricsToken: string | undefined;
  readonly database: { readonly app: DatabaseAccess };
  readonly webPoolMax: number;
  /** 0: searches go through the other pool. */
  readonly searchPoolMax: number;
  readonly facturapiInFlightMax: number;
}

export interface StamperSettings extends CommonSettings {
  /** Opens FacturAPI keys. */
  readonly secretKey: string;
  readonly database: {
    readonly stamper: DatabaseAccess;
    /** For the leader's own connection: never through a transaction-mode pooler. */
    readonly stamperDirect: DatabaseAccess;
  };
  readonly stamperPoolMax: number;
  readonly facturapiUrl: string;
  readonly facturapiInFlightMax: number;
}

export interface SetUpSettings extends CommonSettings {
  /** Seals the FacturAPI key of the demo. */
  readonly secretKey: string;
  readonly database: { readonly admin: DatabaseAccess };
}

/** All that the supervisor knows; no child is sent the whole of it. */
export type ChildSettings = WebSettings & StamperSettings & SetUpSettings;

/** From the supervisor to a child. */
export type ToChild =
  | { readonly type: 'start'; readonly settings: WebSettings | StamperSettings | SetUpSettings }
  | { readonly type: 'notification'; readonly channel: string; readonly payload: string }
  /** Notifications may have been lost: look again at whatever you wait for. */
  | { readonly type: 'look_again' }
  /** No notification arrives from now on, until the next `look_again`. */
  | { readonly type: 'deaf' }
  | { readonly type: 'flush_counters'; readonly id: number }
  | { readonly type: 'machine_state'; readonly id: number; readonly state: MachineState }
  | { readonly type: 'stop' };

/** From a child to the supervisor. */
export type ToSupervisor =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string; readonly expected: boolean }
  | {
      readonly type: 'counters';
      readonly deltas: CounterDeltas;
      /** The flush it answers; absent when it was sent by itself. */
      readonly id?: number;
    }
  | { readonly type: 'ask_machine_state'; readonly id: number };
