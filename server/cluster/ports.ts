import { createServer } from 'node:net';
import type { Config } from '../config.ts';
import { StartError } from './start-error.ts';

/**
 * A free port for the sandbox, the same each time it is started again, so that the stamper finds
 * it. Outside the range from which the system gives ports to connections: one of those could take
 * it before the sandbox listens.
 */
export async function freePort(random: () => number = Math.random): Promise<number> {
  for (let tried = 0; tried < portsTried; tried += 1) {
    const port = 20_000 + Math.floor(random() * 12_000);
    if ((await listenOnce('127.0.0.1', port)) !== undefined) return port;
  }
  throw new StartError('no free port was found for the sandbox');
}

const portsTried = 20;

/** A PORT that somebody asked for is used or refused; the default moves to the next free one. */
export async function choosePort(config: Config): Promise<number> {
  const { host, port: first } = config;
  const last = config.portIsFixed ? first : first + portsTried - 1;
  for (let port = first; port <= last; port += 1) {
    if ((await listenOnce(host, port)) !== undefined) return port;
  }
  if (config.portIsFixed) throw new StartError(`PORT ${first} is taken on ${host}`);
  throw new StartError(`the ports from ${first} to ${last} are all taken: set PORT`);
}

function listenOnce(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(new StartError(`HOST ${host} with PORT ${port}: ${error.message}`));
    });
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

export function displayHost(host: string): string {
  return host === '0.0.0.0' || host === '::'
    ? '127.0.0.1'
    : host.includes(':')
      ? `[${host}]`
      : host;
}
