import { createServer } from 'node:net';

/** The port stays the same when the sandbox is started again, so the stamper finds it. */
export async function freePort(): Promise<number> {
  return (await listenOnce('127.0.0.1', 0))!;
}

const portsTried = 20;

export async function firstFreePort(host: string, from: number): Promise<number> {
  for (let port = from; port < from + portsTried; port += 1) {
    if ((await listenOnce(host, port)) !== undefined) return port;
  }
  throw new Error(`no free port from ${from} to ${from + portsTried - 1}: set PORT`);
}

function listenOnce(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
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
