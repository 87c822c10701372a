import { runningServer } from '../embedded-postgres/running-server.ts';
import type { DatabaseAccess } from './database.ts';
import { migrate } from './migrate.ts';

export interface OpenDatabase extends AsyncDisposable {
  readonly access: DatabaseAccess;
}

/**
 * The installation's database for a command, as its administrator, at this version's schema: that of
 * DATABASE_URL, or the embedded one, which is started for as long when the installation is not
 * running.
 */
export async function openDatabase(config: {
  readonly databaseUrl: string | undefined;
  readonly databaseDirectUrl: string | undefined;
  readonly dataDir: string;
}): Promise<OpenDatabase> {
  const given = config.databaseDirectUrl ?? config.databaseUrl;
  const url = given ?? (await runningServer(config.dataDir));
  if (url) {
    await migrate({ url });
    return { access: { url }, async [Symbol.asyncDispose]() {} };
  }
  const { startEmbeddedPostgres } = await import('../embedded-postgres/embedded-postgres.ts');
  const postgres = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: ({ level, msg }) => {
      if (level !== 'info') process.stderr.write(`${msg}\n`);
    },
  });
  try {
    await migrate({ url: postgres.urls.admin });
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return { access: { url: postgres.urls.admin }, [Symbol.asyncDispose]: postgres.stop };
}
