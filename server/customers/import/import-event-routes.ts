import type pg from 'pg';
import { Type } from 'typebox';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { notFound } from '../../platform/http/problem.ts';
import { IdParams, problems } from '../../platform/http/schemas.ts';
import { principalOf } from '../../sessions/sessions.ts';
import type { ImportSignals } from './import-signals.ts';
import { type ImportState, readImport } from './imports-store.ts';

/** Proxies cut connections that stay silent for a minute. */
const heartbeatMs = 20_000;
const retryMs = 2_000;
/** Batches end faster than people read. */
const tellEveryMs = 250;

/**
 * Server-sent events (WHATWG HTML): `progress` with what GET of the import answers, at once, at
 * each change, and a last time when it has ended; then the stream ends.
 */
export function importEventRoutes(
  server: HttpServer,
  o: { readonly pool: pg.Pool; readonly signals: ImportSignals },
): void {
  const open = new Set<() => void>();
  server.addHook('preClose', async () => {
    for (const end of open) end();
  });

  server.get(
    '/api/customers/imports/:id/events',
    {
      config: { access: 'signed_in' },
      schema: {
        tags: ['customers'],
        params: IdParams,
        response: {
          200: {
            description: 'A stream of events',
            content: { 'text/event-stream': { schema: Type.String() } },
          },
          ...problems(401, 404),
        },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const { id } = request.params;
      const first = await readImport(o.pool, tenantId, id);
      if (!first) throw notFound();
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-request-id': request.id,
      });
      raw.write(`retry: ${retryMs}\n\n`);
      const end = () => raw.end();
      const follow = followImport({
        first,
        read: () => readImport(o.pool, tenantId, id),
        tell: (state) => raw.write(`event: progress\ndata: ${JSON.stringify(state)}\n\n`),
        end,
        onError: (error) => request.log.debug({ err: error }, 'progress could not be read'),
      });
      const leave = o.signals.subscribe(id, follow.look);
      const beat = setInterval(() => {
        raw.write(': \n\n');
        // Should a notification have been lost, it is seen by now.
        follow.look();
      }, heartbeatMs);
      open.add(end);
      raw.on('close', () => {
        clearInterval(beat);
        follow.stop();
        leave();
        open.delete(end);
      });
      // What changed before the subscription.
      follow.look();
    },
  );
}

interface FollowOptions {
  readonly first: ImportState;
  readonly read: () => Promise<ImportState | undefined>;
  readonly tell: (state: ImportState) => void;
  readonly end: () => void;
  readonly onError: (error: unknown) => void;
}

/** Reads at most four times a second, and once more after the last change. */
function followImport(o: FollowOptions): { look(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const tell = (state: ImportState) => {
    if (ended) return;
    o.tell(state);
    ended = state.status !== 'running';
    if (ended) o.end();
  };
  tell(o.first);
  return {
    look() {
      if (ended || timer) return;
      timer = setTimeout(() => {
        timer = undefined;
        o.read().then((state) => {
          if (state) tell(state);
          else o.end();
        }, o.onError);
      }, tellEveryMs);
    },
    stop() {
      ended = true;
      clearTimeout(timer);
    },
  };
}
