import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import type { Cleanups } from '../../test/support/cleanups.ts';
import { claimedCall } from '../../test/support/scripted-facturapi.ts';
import { until } from '../../test/support/until.ts';
import { withoutLane } from '../../test/support/without-lane.ts';
import { freePort } from '../cluster/ports.ts';
import type { Answer } from './facturapi.ts';
import { answerBytesMax, facturapiClient, retryAfterMsMax } from './facturapi-client.ts';

const { document } = claimedCall();
const soon = { timeoutMs: 150 };
const later = { timeoutMs: 20_000 };

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A FacturAPI of one handler, that keeps what it received. */
async function serve(
  t: Cleanups,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url = '', headers } = request;
    received.push({ method, url, headers, body });
    handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = withoutLane(
    facturapiClient({ url: `http://127.0.0.1:${port}/v2`, connectionsMax: 5 }),
  );
  t.after(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, received };
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  ((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }) as (request: IncomingMessage, response: ServerResponse) => void;

function assertAnswered(answer: Answer): asserts answer is Answer & { kind: 'answered' } {
  assert.equal(answer.kind, 'answered', JSON.stringify(answer));
}

describe('the client of FacturAPI', () => {
  test('the frozen body is sent as it is, with the key as a bearer', async (t) => {
    const { client, received } = await serve(
      t,
      json(200, { id: 'fac-1' }, { 'x-facturapi-log-id': 'log-7' }),
    );
    const answer = await client.createInvoice('sk_1', document, later);
    assertAnswered(answer);
    assert.deepEqual(answer.body, { id: 'fac-1' });
    assert.deepEqual([answer.status, answer.logId], [200, 'log-7']);
    const [request] = received;
    assert.deepEqual([request!.method, request!.url], ['POST', '/v2/invoices']);
    assert.equal(request!.headers.authorization, 'Bearer sk_1');
    assert.equal(request!.headers['content-type'], 'application/json');
    assert.equal(request!.body, JSON.stringify(document));
  });

  test('reads go to the paths that FacturAPI names, whatever an id holds', async (t) => {
    const { client, received } = await serve(t, json(200, {}));
    await client.findByExternalId('sk_1', 'a&b=c', later);
    await client.readInvoice('sk_1', '../x', later);
    await client.downloadFile('sk_1', 'fac-1', 'xml', later);
    assert.deepEqual(
      received.map((one) => `${one.method} ${one.url}`),
      [
        'GET /v2/invoices?external_id=a%26b%3Dc&limit=10',
        'GET /v2/invoices/..%2Fx',
        'GET /v2/invoices/fac-1/xml',
      ],
    );
  });

  test('a file comes as its bytes', async (t) => {
    const bytes = Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 255, 254, 10]);
    const { client } = await serve(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/pdf' });
      response.end(bytes);
    });
    const answer = await client.downloadFile('sk_1', 'fac-1', 'pdf', later);
    assertAnswered(answer);
    assert.deepEqual(answer.bytes, bytes);
    assert.equal(answer.body, undefined);
  });

  test('silence ends at the deadline, and was sent: its outcome is unknown', async (t) => {
    const { client, received } = await serve(t, () => {});
    const answer = await client.createInvoice('sk_1', document, soon);
    assert.deepEqual(answer, {
      kind: 'broken',
      why: 'no answer before the deadline',
      timedOut: true,
    });
    assert.equal(received.length, 1);
  });

  test('an answer that stops in its middle ends at the deadline too', async (t) => {
    const { client } = await serve(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id":');
    });
    const answer = await client.createInvoice('sk_1', document, soon);
    assert.ok(answer.kind === 'broken' && answer.timedOut);
  });

  test('a reset after the sending is broken, and is not sent a second time', async (t) => {
    const { client, received } = await serve(t, (request) => request.socket.resetAndDestroy());
    for (const call of [
      () => client.createInvoice('sk_1', document, later),
      () => client.readInvoice('sk_1', 'fac-1', later),
    ]) {
      received.length = 0;
      const answer = await call();
      assert.ok(answer.kind === 'broken' && !answer.timedOut, JSON.stringify(answer));
      assert.equal(received.length, 1);
    }
  });

  test('an answer cut off before its end is broken', async (t) => {
    const { client } = await serve(t, (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id":', () => request.socket.destroy());
    });
    const answer = await client.createInvoice('sk_1', document, later);
    assert.ok(answer.kind === 'broken' && !answer.timedOut);
  });

  test('a refused connection was certainly not sent', async (t) => {
    const port = await freePort();
    for (const host of ['127.0.0.1', 'localhost']) {
      const client = withoutLane(
        facturapiClient({ url: `http://${host}:${port}/v2`, connectionsMax: 1 }),
      );
      t.after(() => client.close());
      const answer = await client.createInvoice('sk_1', document, later);
      assert.ok(answer.kind === 'not_sent' && /ECONNREFUSED/.test(answer.why), host);
    }
  });

  test('an address that names nobody was certainly not sent', async (t) => {
    const client = withoutLane(
      facturapiClient({ url: 'http://nobody.invalid/v2', connectionsMax: 1 }),
    );
    t.after(() => client.close());
    const { kind } = await client.createInvoice('sk_1', document, later);
    assert.equal(kind, 'not_sent');
  });

  test('an answer that is no HTTP is broken', async (t) => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => {
      sockets.push(socket);
      socket.once('data', () => socket.end('nothing that HTTP knows\r\n\r\n'));
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const client = withoutLane(
      facturapiClient({ url: `http://127.0.0.1:${port}/v2`, connectionsMax: 1 }),
    );
    t.after(async () => {
      await client.close();
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const answer = await client.createInvoice('sk_1', document, later);
    assert.ok(answer.kind === 'broken' && !answer.timedOut);
  });

  test('malformed JSON is an answer without a body', async (t) => {
    const { client } = await serve(t, json(200, '{"id": "fac-1", "status":'));
    const answer = await client.createInvoice('sk_1', document, later);
    assertAnswered(answer);
    assert.equal(answer.body, undefined);
  });

  test('an answer without end is cut off instead of filling the memory', async (t) => {
    const { client } = await serve(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/pdf' });
      const chunk = Buffer.alloc(1024 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const answer = await client.downloadFile('sk_1', 'fac-1', 'pdf', later);
    assert.ok(answer.kind === 'broken' && !answer.timedOut, `${answerBytesMax} bytes are the most`);
  });

  for (const { given, ms } of [
    { given: '7', ms: 7_000 },
    { given: '0', ms: 0 },
    { given: 'soon', ms: undefined },
    { given: undefined, ms: undefined },
    { given: 'Thu, 01 Jan 1970 00:00:00 GMT', ms: 0 },
  ]) {
    test(`Retry-After: ${given} is ${ms} ms`, async (t) => {
      const { client } = await serve(t, json(429, {}, given ? { 'retry-after': given } : {}));
      const answer = await client.createInvoice('sk_1', document, later);
      assertAnswered(answer);
      assert.equal(answer.retryAfterMs, ms);
    });
  }

  for (const given of ['1.5', '-5', '9999999']) {
    test(`Retry-After: ${given} is neither "at once" nor a month`, async (t) => {
      const { client } = await serve(t, json(429, {}, { 'retry-after': given }));
      const answer = await client.createInvoice('sk_1', document, later);
      assertAnswered(answer);
      const ms = answer.retryAfterMs ?? 5_000;
      assert.ok(ms >= 1_000 && ms <= retryAfterMsMax, `${ms} ms`);
    });
  }

  test('Retry-After as a date is the time until then', async (t) => {
    const at = new Date(Date.now() + 60_000);
    const { client } = await serve(t, json(503, {}, { 'retry-after': at.toUTCString() }));
    const answer = await client.createInvoice('sk_1', document, later);
    assertAnswered(answer);
    // An HTTP date has whole seconds.
    assert.ok(answer.retryAfterMs! > 50_000 && answer.retryAfterMs! <= 60_000);
  });

  test('no more calls are open at once than it was given sockets', async (t) => {
    let open = 0;
    let most = 0;
    const waiting: Array<() => void> = [];
    const { client } = await serve(t, (request, response) => {
      open += 1;
      most = Math.max(most, open);
      waiting.push(() => {
        open -= 1;
        json(200, {})(request, response);
      });
    });
    const calls = Array.from({ length: 12 }, () => client.readInvoice('sk_1', 'fac-1', later));
    let ended = 0;
    for (const call of calls) void call.then(() => ended++);
    await until(() => open === 5);
    await until(() => {
      for (const answer of waiting.splice(0)) answer();
      return ended === calls.length;
    });
    assert.equal(most, 5);
  });
});
