import { v4 as uuid } from 'uuid';

const keyName = 'timbra.issue-key';
// Long enough for any retry of the same invoice; short enough that next month's identical invoice
// is a new one even in a tab that never closed.
const keyAgeMsMax = 60 * 60_000;

interface KeptKey {
  content: string;
  key: string;
  madeAt: number;
}

/**
 * The idempotency key of an invoice's content: made once, the same on every retry, also after a
 * reload, so that an answer lost on its way never becomes a second invoice. Other content gets
 * another key.
 */
export function issueKey(content: string, storage: Storage = sessionStorage, now = Date.now()) {
  const kept = readKey(storage);
  if (kept && kept.content === content && now - kept.madeAt < keyAgeMsMax) return kept.key;
  const key = uuid();
  storage.setItem(keyName, JSON.stringify({ content, key, madeAt: now } satisfies KeptKey));
  return key;
}

/** Once the server has answered for good, the same content is a new invoice. */
export function forgetIssueKey(storage: Storage = sessionStorage): void {
  storage.removeItem(keyName);
}

function readKey(storage: Storage): KeptKey | null {
  try {
    return JSON.parse(storage.getItem(keyName) ?? 'null');
  } catch {
    return null;
  }
}
