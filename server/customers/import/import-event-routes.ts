import type pg from 'pg';
import { eventStreamResponse, eventStreams } from '../../platform/http/event-stream.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { notFound } from '../../platform/http/problem.ts';
import { IdParams, problems } from '../../platform/http/schemas.ts';
import { principalOf } from '../../sessions/sessions.ts';
import type { ImportSignals } from './import-signals.ts';
import { type ImportState, readImport } from './imports-store.ts';

/** Batches end faster than people read. */
const tellEveryMs = 250;

/**
 * Events: `progress` with what GET of the import answers, at once, at
 * each change, and a last time when it has ended; then the stream ends.
 */
export function importEventRoutes(
  server: HttpServer,
  o: { readonly pool: pg.Pool; readonly signals: ImportSignals },
): void {
  const openStream = eventStreams(server);
  server.get(
    '/api/customers/imports/:id/events',
    {
      config: { access: 'signed_in' },
      schema: {
        tags: ['customers'],
        params: IdParams,
        response: {
          200: eventStreamResponse,
          ...problems(401, 404),
        },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const { id } = request.params;
      const first = await readImport(o.pool, tenantId, id);
      if (!first) throw notFound();
      const stream = openStream(request, reply);
      const follow = followImport({
        first,
        read: () => readImport(o.pool, tenantId, id),
        tell: (state) => stream.tell('progress', state),
        end: stream.end,
        onError: (error) => request.log.debug({ err: error }, 'progress could not be read'),
      });
      const leave = o.signals.subscribe(id, follow.look);
      // Should a notification have been lost, it is seen by then.
      stream.onBeat(follow.look);
      stream.onClose(() => {
        follow.stop();
        leave();
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
