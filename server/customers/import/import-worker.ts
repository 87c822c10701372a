import type pg from 'pg';
import type { NewId } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logging.ts';
import { cleanEveryMs, lookEveryMs, turnMsMax } from './import-limits.ts';
import { claimImport } from './import-queue.ts';
import { removeOldImports } from './imports-store.ts';
import { runImport } from './run-import.ts';

export interface ImportWorker {
  /** Something was sent, or handed back. */
  wake(): void;
  /** Hands back what it works at. */
  stop(): Promise<void>;
}

export interface ImportWorkerOptions {
  readonly pool: pg.Pool;
  readonly newId: NewId;
  readonly log: Logger;
  /** Of this process, for whoever looks into the table. */
  readonly name: string;
}

/** Imports run in the web workers, one in each at the most, few in the installation. */
export function startImportWorker(o: ImportWorkerOptions): ImportWorker {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let woken = false;

  const workOff = async () => {
    while (!stopping.signal.aborted) {
      const held = await claimImport(o.pool, o.name);
      if (!held) return;
      const of = { import: held.id, tenant: held.tenantId, turn: held.turn };
      const outcome = await runImport({ ...o, stopping: stopping.signal, turnMs: turnMsMax }, held);
      o.log.info({ ...of, outcome }, 'an import of customers had its turn');
    }
  };
  const look = () => {
    if (stopping.signal.aborted) return;
    if (running) {
      woken = true;
      return;
    }
    running = workOff()
      .catch((error) => {
        if (!stopping.signal.aborted)
          o.log.warn({ err: error }, 'an import of customers broke off');
      })
      .finally(() => {
        running = undefined;
        if (!woken) return;
        woken = false;
        look();
      });
  };
  const looking = setInterval(look, lookEveryMs);
  const cleaning = setInterval(() => {
    removeOldImports(o.pool).catch((error) => o.log.warn({ err: error }, 'old imports remain'));
  }, cleanEveryMs);
  look();
  return {
    wake: look,
    async stop() {
      clearInterval(looking);
      clearInterval(cleaning);
      stopping.abort();
      await running;
    },
  };
}
