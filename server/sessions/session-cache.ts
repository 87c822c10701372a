import { createHash } from 'node:crypto';
import type { SessionStore, StoredSession } from './session-store.ts';

/** A thousand people at once, several times over; about a kilobyte each. */
export const cachedSessionsMax = 10_000;
/** PostgreSQL is asked again this often, whatever was heard or not. */
export const cachedMsMax = 30_000;

export interface SessionCacheOptions {
  /** Whether what PostgreSQL notifies arrives here at present. */
  readonly hears: () => boolean;
  /** Milliseconds on a clock that nobody sets. */
  readonly nowMs?: () => number;
}

interface Kept {
  readonly session: StoredSession;
  readonly untilMs: number;
}

/**
 * A worker's sessions, kept so that a request costs no look-up; PostgreSQL stays the truth. What
 * ends or changes a session is notified at its commit (`timbra_sessions`, migration 012) and drops
 * it here; while nothing can be heard, nothing is kept. A look-up that was under way when something
 * was dropped is not kept either: it may have read what was true before.
 */
export function cachedSessions(store: SessionStore, o: SessionCacheOptions) {
  const nowMs = o.nowMs ?? (() => performance.now());
  const kept = new Map<string, Kept>();
  let drops = 0;

  const drop = (isMeant: (key: string, kept: Kept) => boolean) => {
    drops += 1;
    for (const [key, one] of kept) if (isMeant(key, one)) kept.delete(key);
  };
  const dropOne = (key: string) => {
    drops += 1;
    kept.delete(key);
  };

  return {
    ...store,
    async read(id: string): Promise<StoredSession | undefined> {
      const key = keyOf(id);
      const found = o.hears() ? kept.get(key) : undefined;
      if (found && nowMs() < found.untilMs && Date.now() < found.session.expiresAt.getTime()) {
        return found.session;
      }
      kept.delete(key);
      const dropsBefore = drops;
      const session = await store.read(id);
      if (session && o.hears() && drops === dropsBefore) {
        if (kept.size >= cachedSessionsMax) kept.delete(kept.keys().next().value!);
        kept.set(key, { session, untilMs: nowMs() + cachedMsMax });
      }
      return session;
    },
    async close(id: string): Promise<void> {
      await store.close(id);
      dropOne(keyOf(id));
    },
    /** A payload of `timbra_sessions`. */
    changed(payload: string): void {
      const [kind, which = ''] = payload.split(':');
      if (kind === 'session') dropOne(which);
      else {
        drop((_key, { session: { principal } }) =>
          kind === 'person' ? principal.personId === which : principal.tenantId === which,
        );
      }
    },
    /** Notifications may have been lost. */
    clear: () => drop(() => true),
  };
}

const keyOf = (id: string) => createHash('sha256').update(id).digest('hex');
