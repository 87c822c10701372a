import { childLink } from './cluster/child-link.ts';
import { ConfigError } from './config.ts';

/** Errors whose message is meant for the person who started the server. */
const EXPECTED = new Set([
  'ConfigError',
  'DatabaseNotFitError',
  'DataDirectoryInUseError',
  'EmbeddedPostgresError',
  'StartError',
]);

/**
 * Picks what this process is. The supervisor is what people start; it starts the others and names
 * their role in TIMBRA_ROLE. This file and nothing else ends the process.
 */
const role = process.env.TIMBRA_ROLE;

if (role === undefined) await runSupervisor();
else await runChild(role);

async function runSupervisor(): Promise<void> {
  const { composeSupervisor } = await import('./compose.ts');
  const composing = composeSupervisor();
  let stopping = false;
  const stop = async () => {
    // What is still being composed may already have started something.
    const supervisor = await composing.catch(() => undefined);
    await supervisor?.stop();
  };
  const leave = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    process.stderr.write(signal === 'SIGINT' ? '\n' : '');
    await stop().catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
    process.exit();
  };
  process.on('SIGINT', leave);
  process.on('SIGTERM', leave);
  // The terminal is gone.
  process.on('SIGHUP', leave);
  try {
    await (await composing).ready;
  } catch (error) {
    if (stopping) return;
    stopping = true;
    await stop().catch((failure: unknown) => console.error(failure));
    console.error(isExpected(error) ? `timbra: ${(error as Error).message}` : error);
    process.exit(1);
  }
}

async function runChild(name: string): Promise<void> {
  const link = childLink(() => process.exit(1));
  // The supervisor says when to stop: Ctrl-C and a group's SIGTERM reach every process at once.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  try {
    const compose = await import('./compose.ts');
    switch (name) {
      case 'web': {
        const stop = await compose.composeWeb(link);
        link.onStop(() => void stop().finally(() => process.exit(0)));
        return;
      }
      case 'stamper': {
        const stop = await compose.composeStamper(link);
        link.onStop(() => void stop().finally(() => process.exit(0)));
        return;
      }
      case 'set-up':
        await compose.composeSetUp(link);
        return process.exit(0);
      default:
        throw new ConfigError(`TIMBRA_ROLE=${name} is not a role`);
    }
  } catch (error) {
    const message = isExpected(error) ? (error as Error).message : String((error as Error).stack);
    await link.failed(message, isExpected(error));
    process.exit(1);
  }
}

function isExpected(error: unknown): boolean {
  return error instanceof Error && EXPECTED.has(error.name);
}
