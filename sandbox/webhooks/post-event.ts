import { Agent, request } from 'undici';
import { sign, signatureHeader } from './signature.ts';

/** How long a listener may take to answer. */
export const answerMsMax = 5_000;

export interface Poster {
  /** The status that the listener answers, or null when there was no answer. */
  post(url: string, body: string, secret: string): Promise<number | null>;
  close(): Promise<void>;
}

export function createPoster(): Poster {
  const agent = new Agent({ connect: { timeout: answerMsMax } });
  const closing = new AbortController();
  return {
    async post(url, body, secret) {
      try {
        const answer = await request(url, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json', [signatureHeader]: sign(secret, body) },
          dispatcher: agent,
          signal: AbortSignal.any([closing.signal, AbortSignal.timeout(answerMsMax)]),
        });
        await answer.body.dump();
        return answer.statusCode;
      } catch {
        return null;
      }
    },
    async close() {
      closing.abort();
      await agent.destroy();
    },
  };
}

/** URL's parser has already turned every spelling of an IPv4 address into its plain one. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
