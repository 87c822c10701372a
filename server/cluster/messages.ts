import type { DatabaseAccess } from '../platform/postgres/database.ts';
import type { CounterDeltas } from './counters.ts';
import type { MachineState } from './machine-state.ts';

/** What a child needs to run, sent once over IPC and not through its environment. */
export interface ChildSettings {
  readonly production: boolean;
  readonly demo: boolean;
  readonly host: string;
  readonly port: number;
  /** Opens and seals FacturAPI keys; the web workers are not given it. */
  readonly secretKey: string | undefined;
  /** Signs the session cookie. */
  readonly cookieKey: string;
  readonly metricsToken: string | undefined;
  readonly logFormat: 'line' | 'json';
  readonly logLevel: string;
  readonly machineId: string;
  readonly database: {
    readonly admin: DatabaseAccess;
    readonly app: DatabaseAccess;
    /** For the machine's LISTEN connection. */
    readonly appDirect: DatabaseAccess;
    readonly stamper: DatabaseAccess;
    /** For the leader's own connection: never through a transaction-mode pooler. */
    readonly stamperDirect: DatabaseAccess;
  };
  readonly webPoolMax: number;
  readonly stamperPoolMax: number;
  readonly facturapiUrl: string;
  readonly facturapiInFlightMax: number;
}

/** From the supervisor to a child. */
export type ToChild =
  | { readonly type: 'start'; readonly settings: ChildSettings }
  | { readonly type: 'notification'; readonly channel: string; readonly payload: string }
  /** Notifications may have been lost: look again at whatever you wait for. */
  | { readonly type: 'look_again' }
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
