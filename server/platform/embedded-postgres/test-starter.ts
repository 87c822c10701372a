/**
 * A program for the tests: `test-starter.ts <data directory>` stands for the supervisor. It
 * writes each event as a line of JSON, survives SIGTERM and SIGINT as a draining supervisor does,
 * and stops the database when it reads a line.
 */
import { startEmbeddedPostgres } from './embedded-postgres.ts';

const say = (event: object): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => say({ msg: signal }));
}

try {
  const dataDir = process.argv[2] ?? '';
  const database = await startEmbeddedPostgres({ dataDir, log: say });
  say({ msg: 'started', urls: database.urls });
  process.stdin.once('data', async () => {
    await database.stop();
    process.exit(0);
  });
} catch (error) {
  const { name, message } = error as Error;
  say({ msg: 'failed', name, message });
  process.exit(1);
}
