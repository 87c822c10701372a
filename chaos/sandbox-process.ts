import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../server/cluster/ports.ts';
import type { Cleanups } from '../test/support/cleanups.ts';
import { type SandboxSide, sandboxSide } from './sandbox-side.ts';

const program = fileURLToPath(new URL('../sandbox/main.ts', import.meta.url));
const startMsMax = 30_000;
const stopMsMax = 10_000;

/** A stand-in for FacturAPI in a process of its own, which keeps its port and its data. */
export interface SandboxProcess {
  /** Base with /v2, as FACTURAPI_URL wants it. */
  readonly url: string;
  readonly side: SandboxSide;
  /** Nothing listens there any more: connections are refused. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startSandbox(
  cleanups: Cleanups,
  o: { readonly folder: string; readonly latencyMs: number },
): Promise<SandboxProcess> {
  const dataDir = join(o.folder, 'sandbox');
  mkdirSync(dataDir, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/v2`;
  const side = sandboxSide(url);
  let child: ChildProcess | undefined;

  async function stop(): Promise<void> {
    const going = child;
    child = undefined;
    if (!going || going.exitCode !== null || going.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => going.once('exit', () => resolve()));
    going.kill('SIGTERM');
    const late = setTimeout(() => going.kill('SIGKILL'), stopMsMax);
    await gone;
    clearTimeout(late);
  }

  async function start(): Promise<void> {
    // With a channel it ends by itself when this process does, however that ends.
    const started = spawn(process.execPath, [program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: {
        SANDBOX_PORT: String(port),
        SANDBOX_HOST: '127.0.0.1',
        SANDBOX_DATA: dataDir,
        SANDBOX_LATENCY_MS: String(o.latencyMs),
      },
    });
    child = started;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the sandbox did not start')), startMsMax);
      started.once('message', () => {
        clearTimeout(late);
        resolve();
      });
      started.once('exit', (code) => {
        clearTimeout(late);
        reject(new Error(`the sandbox ended at its start: ${code}`));
      });
    });
  }

  cleanups.after(stop);
  await start();
  return { url, side, stop, start };
}
