import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

/** What came to a listener: the raw body, and what its header said. */
export interface Received {
  raw: string;
  signature: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape.
  event: any;
}

export interface Listener {
  url: string;
  received: Received[];
  /** Resolves when so many have come in all. */
  waitFor(count: number): Promise<Received[]>;
  /** What the next ones are answered, one after the other; 200 after the last. */
  answers: number[];
}

/** A client's own server, as it takes events of webhooks. */
export async function startListener(test: TestContext): Promise<Listener> {
  const received: Received[] = [];
  const answers: number[] = [];
  let wake = () => {};
  const server = createServer(async (request, response) => {
    const raw = await text(request);
    const signature = String(request.headers['facturapi-signature']);
    received.push({ raw, signature, event: JSON.parse(raw) });
    response.writeHead(answers.shift() ?? 200).end();
    wake();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/eventos`,
    received,
    answers,
    async waitFor(count) {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return received;
    },
  };
}
