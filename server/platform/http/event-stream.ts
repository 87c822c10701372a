import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { HttpServer } from './http-server.ts';

/** Proxies cut connections that stay silent for a minute. */
const heartbeatMs = 20_000;
const retryMs = 2_000;

/** The answer of a route that streams, for its schema. */
export const eventStreamResponse = {
  description: 'A stream of events',
  content: { 'text/event-stream': { schema: Type.String() } },
};

export interface EventStream {
  tell(event: string, data: unknown): void;
  end(): void;
  /** With each sign of life that the connection is given. */
  onBeat(listener: () => void): void;
  /** The other side has left, or the stream was ended. */
  onClose(listener: () => void): void;
}

/** Server-sent events (WHATWG HTML). What is open is ended when the server closes. */
export function eventStreams(server: HttpServer) {
  const open = new Set<FastifyReply['raw']>();
  server.addHook('preClose', async () => {
    for (const raw of open) raw.end();
  });
  return (request: FastifyRequest, reply: FastifyReply): EventStream => {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-request-id': request.id,
    });
    raw.write(`retry: ${retryMs}\n\n`);
    const beats: Array<() => void> = [];
    const beat = setInterval(() => {
      raw.write(': \n\n');
      for (const listener of beats) listener();
    }, heartbeatMs);
    open.add(raw);
    raw.on('close', () => {
      clearInterval(beat);
      open.delete(raw);
    });
    return {
      tell: (event, data) => raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
      end: () => raw.end(),
      onBeat: (listener) => beats.push(listener),
      onClose: (listener) => raw.on('close', listener),
    };
  };
}
