import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { socketPort } from './socket-directory.ts';

/**
 * For a small installation. Durability is PostgreSQL's default (fsync and synchronous_commit are
 * on), as are its WAL settings.
 */
const defaults = {
  max_connections: '50',
  shared_buffers: '128MB',
  // Compiling costs more than it saves on short queries.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%u@%d ',
};

/** `settings` override the defaults, except what this launcher itself depends on. */
export function serverArguments(server: {
  data: string;
  socketDir: string;
  clusterName: string;
  settings: Readonly<Record<string, string>>;
}): string[] {
  for (const name of Object.keys(server.settings)) {
    if (!/^[a-z_]+(\.[a-z_]+)?$/i.test(name)) {
      throw new EmbeddedPostgresError(`not a PostgreSQL setting: ${name}`);
    }
  }
  const effective = {
    ...defaults,
    ...server.settings,
    // No TCP port that another program could hold.
    listen_addresses: '',
    port: String(socketPort),
    unix_socket_directories: `"${server.socketDir}"`,
    logging_collector: 'off',
    log_destination: 'stderr',
    // server-processes.ts finds the server by these two.
    cluster_name: server.clusterName,
    update_process_title: 'on',
  };
  const args = ['-D', server.data];
  for (const [name, value] of Object.entries(effective)) args.push('-c', `${name}=${value}`);
  return args;
}
