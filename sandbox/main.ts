/**
 * The sandbox: a FacturAPI to run on one's own machine, without validity before SAT.
 * Alone: `node sandbox/main.ts`. As a child with an IPC channel it tells its parent where it
 * listens, and ends with it.
 */
import { pino } from 'pino';
import { startSandbox } from './server.ts';

const starting = startSandbox({
  ...readEnvironment(),
  now: () => new Date(),
  log: pino({ name: 'sandbox', level: 'warn' }, pino.destination({ dest: 2, sync: true })),
});

let stopping = false;
// Listened to from the first moment, so that a stop during the start is not missed.
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, stop);

try {
  announce((await starting).url);
} catch (error) {
  console.error(`The sandbox cannot start: ${(error as Error).message}`);
  process.exit(1);
}

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await (await starting).close();
  // An open IPC channel would keep the process alive after everything else has ended.
  if (process.connected) process.disconnect();
}

function announce(url: string): void {
  if (stopping) return;
  if (process.send) {
    process.send({ type: 'listening', url });
    return;
  }
  console.log(`FacturAPI de prueba: ${url}`);
  console.log('Llave de demostración: sk_test_demo');
  console.log(`Control: ${url.replace(/\/v2$/, '/__sandbox')}`);
}

function readEnvironment() {
  const { SANDBOX_PORT, SANDBOX_HOST, SANDBOX_DATA, SANDBOX_LATENCY_MS } = process.env;
  return {
    port: wholeNumber('SANDBOX_PORT', SANDBOX_PORT, 3999, 65_535),
    host: SANDBOX_HOST || '127.0.0.1',
    dataDir: SANDBOX_DATA || '.timbra/sandbox',
    latencyMs: wholeNumber('SANDBOX_LATENCY_MS', SANDBOX_LATENCY_MS, 150, 600_000),
  };
}

function wholeNumber(name: string, text: string | undefined, absent: number, max: number): number {
  if (text === undefined || text === '') return absent;
  if (/^\d+$/.test(text) && Number(text) <= max) return Number(text);
  console.error(`${name} must be a whole number from 0 to ${max}, not "${text}".`);
  process.exit(1);
}
