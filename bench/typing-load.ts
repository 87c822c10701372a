import { connect, type Socket } from 'node:net';

/**
 * People who type: each presses a key at fixed moments, whatever the server does (an open loop), and
 * waits for each answer on a kept connection. A key pressed before the last answer has come closes
 * that request, as a browser's abort does. Raw sockets, so that the driver's share of the machine is
 * small: what an answer says is not read beyond its status and length.
 */
export interface Typist {
  readonly cookie: string;
  /** The path to ask for at the next key. */
  next(): string;
}

export interface LoadOptions {
  readonly url: string;
  readonly typists: readonly Typist[];
  readonly keysPerSecond: number;
  readonly seconds: number;
  /** Answers before it are not counted. People begin one after another in its first half. */
  readonly warmUpSeconds: number;
}

export interface LoadResult {
  readonly offered_per_second: number;
  readonly answered: number;
  /** By whoever typed on. */
  readonly abandoned: number;
  /** By status, or by the connection's error. */
  readonly errors: Readonly<Record<string, number>>;
  readonly latencies_ms: readonly number[];
  readonly bytes_mean: number;
}

const answerMsMax = 10_000;

export async function typeAway(o: LoadOptions): Promise<LoadResult> {
  const { hostname, port } = new URL(o.url);
  const tally: Tally = { latencies: [], abandoned: 0, errors: {}, bytes: 0 };
  const everyMs = 1000 / o.keysPerSecond;
  const beginMs = performance.now() + everyMs;
  const countFromMs = beginMs + o.warmUpSeconds * 1000;
  const endMs = countFromMs + o.seconds * 1000;
  const people = o.typists.map((typist, i) => {
    // At a whole number of keys from the first one, so that the keys stay evenly spread.
    const begunKeys = Math.floor((i / o.typists.length) * (o.warmUpSeconds / 2) * o.keysPerSecond);
    const offsetMs = (everyMs * i) / o.typists.length;
    const firstMs = beginMs + everyMs * begunKeys;
    const server = { host: hostname, port: Number(port) };
    return typing({ typist, tally, countFromMs, offsetMs, firstMs, ...server });
  });
  await pressKeys(people, { beginMs, everyMs, endMs });
  await Promise.race([
    Promise.all(people.map((person) => person.lastAnswer())),
    new Promise((resolve) => setTimeout(resolve, answerMsMax)),
  ]);
  for (const person of people) person.leave();
  return {
    offered_per_second: o.typists.length * o.keysPerSecond,
    answered: tally.latencies.length,
    abandoned: tally.abandoned,
    errors: tally.errors,
    latencies_ms: tally.latencies,
    bytes_mean: Math.round(tally.bytes / Math.max(1, tally.latencies.length)),
  };
}

interface Tally {
  readonly latencies: number[];
  abandoned: number;
  readonly errors: Record<string, number>;
  bytes: number;
}

interface Person {
  /** Inside each round of keys. */
  readonly offsetMs: number;
  readonly firstMs: number;
  /** The key that was due then, by whose moment the latency counts. */
  press(dueMs: number): void;
  lastAnswer(): Promise<void>;
  leave(): void;
}

/** One timer for all: 200 of them would cost more than the requests. */
function pressKeys(
  people: readonly Person[],
  o: { beginMs: number; everyMs: number; endMs: number },
): Promise<void> {
  const { everyMs, endMs } = o;
  return new Promise((resolve) => {
    let at = 0;
    let roundMs = o.beginMs;
    const tick = () => {
      const nowMs = performance.now();
      for (; roundMs + people[at]!.offsetMs <= nowMs; at = (at + 1) % people.length) {
        const dueMs = roundMs + people[at]!.offsetMs;
        if (dueMs >= people[at]!.firstMs) people[at]!.press(dueMs);
        if (at === people.length - 1) roundMs += everyMs;
      }
      if (nowMs > endMs) return resolve();
      setTimeout(tick, Math.max(0, roundMs + people[at]!.offsetMs - performance.now()));
    };
    tick();
  });
}

function typing(o: {
  typist: Typist;
  tally: Tally;
  countFromMs: number;
  host: string;
  port: number;
  offsetMs: number;
  firstMs: number;
}): Person {
  const { tally } = o;
  let socket: Socket | undefined;
  /** Of the request that is open: when its key was due. */
  let openSinceMs: number | undefined;
  let answered = () => {};
  let missing = 0;
  let head = '';

  const fail = (why: string, sinceMs: number) => {
    if (sinceMs >= o.countFromMs) tally.errors[why] = (tally.errors[why] ?? 0) + 1;
  };
  const done = () => {
    if (openSinceMs! >= o.countFromMs) tally.latencies.push(performance.now() - openSinceMs!);
    openSinceMs = undefined;
    answered();
  };
  const read = (chunk: Buffer) => {
    if (openSinceMs === undefined) return;
    if (missing === 0) {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const status = head.slice(9, 12);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (status !== '200') fail(status, openSinceMs);
      if (openSinceMs >= o.countFromMs) tally.bytes += length;
      missing = length - (head.length - end - 4);
      head = '';
    } else {
      missing -= chunk.length;
    }
    if (missing === 0) done();
  };
  const open = (): Socket => {
    const fresh = connect({ host: o.host, port: o.port, noDelay: true });
    fresh.on('data', (chunk) => {
      if (fresh === socket) read(chunk);
    });
    fresh.on('error', () => {});
    fresh.on('close', () => {
      if (fresh !== socket) return;
      socket = undefined;
      if (openSinceMs === undefined) return;
      fail('connection', openSinceMs);
      openSinceMs = undefined;
      answered();
    });
    return fresh;
  };

  return {
    offsetMs: o.offsetMs,
    firstMs: o.firstMs,
    press(dueMs) {
      if (openSinceMs !== undefined) {
        if (openSinceMs >= o.countFromMs) tally.abandoned += 1;
        const old = socket;
        socket = undefined;
        old?.destroy();
      }
      socket ??= open();
      openSinceMs = dueMs;
      missing = 0;
      head = '';
      socket.write(
        `GET ${o.typist.next()} HTTP/1.1\r\nhost: bench\r\ncookie: ${o.typist.cookie}\r\n\r\n`,
      );
    },
    lastAnswer: () =>
      new Promise((resolve) => {
        if (openSinceMs === undefined) resolve();
        else answered = resolve;
      }),
    leave() {
      const last = socket;
      socket = undefined;
      last?.destroy();
    },
  };
}
