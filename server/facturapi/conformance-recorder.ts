import { once } from 'node:events';
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** An answer as it went over the wire, with what it answers. */
export interface RecordedAnswer {
  readonly method: string;
  /** Below /v2, without its query. */
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly logId: string;
  readonly body: Buffer;
}

export interface Recorder {
  /** The base that a client is given in place of the recorded one. */
  readonly url: string;
  readonly answers: readonly RecordedAnswer[];
  close(): Promise<void>;
}

/** Stands between any client and FacturAPI, passes everything on, and keeps every answer. */
export async function startRecorder(target: string): Promise<Recorder> {
  const answers: RecordedAnswer[] = [];
  const base = new URL(target);

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const upstream = forward(new URL(request.url!, base.origin), {
      method: request.method!,
      headers: { ...request.headers, host: base.host },
      agent: false,
    });
    // A client that gives up, and a service that breaks off, are passed on too.
    response.once('close', () => upstream.destroy());
    upstream.once('error', () => request.socket.resetAndDestroy());
    request.pipe(upstream);
    const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
    const body = await buffer(answer);
    const path = new URL(request.url!, base.origin).pathname;
    answers.push({
      method: request.method!,
      path: path.slice(base.pathname.length),
      status: answer.statusCode!,
      type: (answer.headers['content-type'] ?? '').split(';', 1)[0]!,
      logId: String(answer.headers['x-facturapi-log-id']),
      body,
    });
    response.writeHead(answer.statusCode!, answer.headers).end(body);
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${base.pathname}`,
    answers,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
