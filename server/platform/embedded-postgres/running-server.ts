import { acceptsConnections, connectionUrl } from './database-roles.ts';
import { readInstallation } from './installation.ts';

/** The administrator's address of this directory's server; undefined when it is not running. */
export async function runningServer(dataDir: string): Promise<string | undefined> {
  const installation = await readInstallation(dataDir);
  if (!installation?.socketDir) return;
  const { socketDir, passwords } = installation;
  if (!(await acceptsConnections({ socketDir, passwords }))) return;
  return connectionUrl(socketDir, 'admin', passwords.admin);
}
