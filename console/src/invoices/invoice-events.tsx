import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { InvoiceStatus } from '../api/bodies.ts';
import { recheckSession } from '../session/session.ts';
import { statusFollower } from '../stamping/stamping-status.ts';
import { followInvoice, refreshEverything, refreshInvoices } from './invoice-cache.ts';

// A batch announces thousands of invoices; the lists need to follow only as fast as people read.
const listRefreshMsMin = 1_000;
const reopenMs = 5_000;

const Live = createContext(false);

/** Whether changes arrive by themselves; when they do not, whoever needs them must poll. */
export function useLive(): boolean {
  return useContext(Live);
}

/** Listens to what happens to the company's invoices and keeps the cache true. */
export function InvoiceEvents({ children }: { children: ReactNode }) {
  const cache = useQueryClient();
  const [live, setLive] = useState(false);

  useEffect(() => {
    let refreshing: ReturnType<typeof setTimeout> | undefined;
    const stamping = statusFollower(cache);
    const catchUp = () => {
      refreshEverything(cache);
      stamping.happened();
    };
    const stopListening = listen({
      onLive(now) {
        setLive(now);
        if (now) catchUp();
      },
      onRefused: () => recheckSession(cache),
      onMissed: catchUp,
      onLate: stamping.happened,
      onInvoice(id, status) {
        stamping.happened();
        followInvoice(cache, id, status);
        refreshing ??= setTimeout(() => {
          refreshing = undefined;
          refreshInvoices(cache);
        }, listRefreshMsMin);
      },
    });
    return () => {
      clearTimeout(refreshing);
      stamping.stop();
      stopListening();
    };
  }, [cache]);

  return <Live value={live}>{children}</Live>;
}

interface Listener {
  onLive: (live: boolean) => void;
  /** The server does not give the stream: a restart, or a session that ended. */
  onRefused: () => void;
  /** Something happened, and the server cannot tell what. */
  onMissed: () => void;
  onInvoice: (id: string, status: InvoiceStatus) => void;
  /** An invoice has waited too long for its stamp. */
  onLate: () => void;
}

/*
 * The stream's life:
 *   closed --page visible--> opening --open--> live --break--> opening (the browser reconnects)
 *   opening --refused (a restart, an ended session)--> waiting --5 s--> opening
 *   any --page hidden--> closed: browsers allow six connections to a server over HTTP/1.1, and
 *   a person's many open tabs would starve each other.
 */
function listen({ onLive, onRefused, onMissed, onInvoice, onLate }: Listener): () => void {
  let stream: EventSource | null = null;
  let reopening: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    clearTimeout(reopening);
    stream?.close();
    stream = null;
    onLive(false);
  };
  const open = () => {
    close();
    const opened = new EventSource('/api/invoices/events');
    stream = opened;
    opened.addEventListener('open', () => onLive(true));
    opened.addEventListener('invoice', (event: MessageEvent<string>) => {
      const { id, status } = JSON.parse(event.data);
      onInvoice(id, status);
    });
    opened.addEventListener('invoice_late', onLate);
    opened.addEventListener('look_again', onMissed);
    opened.addEventListener('error', () => {
      onLive(false);
      if (opened.readyState !== EventSource.CLOSED) return;
      onRefused();
      reopening = setTimeout(open, reopenMs);
    });
  };
  const follow = () => (document.visibilityState === 'visible' ? open() : close());

  follow();
  document.addEventListener('visibilitychange', follow);
  return () => {
    document.removeEventListener('visibilitychange', follow);
    close();
  };
}
