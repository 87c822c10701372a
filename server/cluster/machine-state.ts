import type { ProcessGauges, Totals } from './counters.ts';

export interface ProcessState {
  readonly id: string;
  readonly pid: number;
  readonly role: 'supervisor' | 'web' | 'stamper' | 'sandbox' | 'postgres';
  readonly state: 'starting' | 'ready' | 'stopping' | 'restarting';
  readonly startedAtMs: number;
  readonly restarts: number;
  readonly gauges?: ProcessGauges;
}

/** Everything the supervisor knows of its machine, as any web worker may ask it. */
export interface MachineState {
  readonly machineId: string;
  readonly startedAtMs: number;
  readonly listening: boolean;
  readonly processes: readonly ProcessState[];
  readonly totals: Totals;
  /** Lives of the same worker added up: a replaced one keeps its name and its count. */
  readonly requestsByWorker: Readonly<Record<string, number>>;
}
