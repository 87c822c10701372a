import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

export interface Answer<T = any> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

const retryMs = 100;
/** A connection that was being handed to a worker when it was killed is never answered. */
export const answerMsMax = 8_000;

/** Somebody signed in, as a browser or a script of theirs would be. */
export class Person {
  readonly url: string;
  readonly cookie: string;

  private constructor(url: string, cookie: string) {
    this.url = url;
    this.cookie = cookie;
  }

  static async signIn(url: string, email: string, password = 'timbra-demo'): Promise<Person> {
    const answer = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
    return new Person(url, answer.headers.get('set-cookie')!.split(';')[0]!);
  }

  /** The same session at another address: the installation was started again. */
  at(url: string): Person {
    return new Person(url, this.cookie);
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await fetch(this.url + path, {
      method,
      signal: AbortSignal.timeout(answerMsMax + waitMsOf(headers.prefer)),
      headers: {
        cookie: this.cookie,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json');
    return {
      status: answer.status,
      headers: answer.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  async bytes(path: string): Promise<Buffer> {
    const answer = await fetch(this.url + path, { headers: { cookie: this.cookie } });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  /** Any customer whose name, RFC or e-mail matches. */
  async customer(q: string): Promise<any> {
    const { body } = await this.get(`/api/customers?q=${encodeURIComponent(q)}&limit=1`);
    return body.data[0];
  }

  issue(invoice: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('POST', '/api/invoices', invoice, headers);
  }

  /**
   * As a careful integrator issues: the same key again after a broken connection or a 503, until
   * the invoice is no longer on its way. Answers the invoice.
   */
  async issueForSure(invoice: unknown, msMax: number): Promise<any> {
    const headers = { 'idempotency-key': randomUUID(), prefer: 'wait=2' };
    const deadlineMs = Date.now() + msMax;
    let last = 'nothing';
    while (Date.now() < deadlineMs) {
      try {
        const { status, body } = await this.issue(invoice, headers);
        if (status === 201) return body;
        last = `${status} ${JSON.stringify(body).slice(0, 200)}`;
        if (status !== 202 && status !== 503) break;
      } catch (error) {
        last = String((error as { cause?: unknown }).cause ?? error);
      }
      await wait(retryMs);
    }
    throw new Error(`the invoice was not issued: ${last}`);
  }
}

function waitMsOf(prefer: string | undefined): number {
  return Number(/wait=(\d+)/.exec(prefer ?? 'wait=10')?.[1] ?? 0) * 1000;
}

/** A line of 116.00 with its IVA in it, for a customer by id. */
export function someInvoice(customerId: string): object {
  return {
    customer: customerId,
    use: 'G03',
    payment_form: '03',
    items: [
      {
        quantity: 1,
        product: {
          description: 'Servicio de prueba',
          product_key: '84111506',
          unit_key: 'E48',
          price: 116,
        },
      },
    ],
  };
}
