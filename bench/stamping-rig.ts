import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Run } from '../chaos/scenario.ts';
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres/embedded-postgres.ts';

/** Runs a measurement on a private PostgreSQL as installations have it, and removes it all. */
export async function onPrivatePostgres(measure: (run: Run) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'timbra-bench-'));
  // For root, PostgreSQL and its clients run as different users, who must all get in.
  chmodSync(folder, 0o755);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));
  }
  const aborted = new Promise<never>((_, reject) => {
    stopping.signal.addEventListener('abort', () => reject(stopping.signal.reason), { once: true });
  });
  aborted.catch(() => {});
  const undos: Array<() => unknown> = [];
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    log: ({ level, msg }) => {
      if (level !== 'info') console.log(msg);
    },
  });
  const run: Run = {
    postgres,
    postgresData: '',
    folder,
    quick: process.argv.includes('--quick'),
    signal: stopping.signal,
    size: undefined,
    cleanups: { after: (undo) => undos.push(undo) },
    say: (line) => console.log(line),
  };
  try {
    await Promise.race([measure(run), aborted]);
  } finally {
    for (const undo of undos.reverse()) await Promise.resolve(undo()).catch(console.error);
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
