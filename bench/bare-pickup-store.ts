import pg from 'pg';

/**
 * The least that a pick-up through PostgreSQL can be: a row committed with its notification, heard
 * by one who listens, marked as taken in a commit of its own, and called for at once. Neither
 * checks, nor a lead, nor a process between the listener and the caller.
 */
export interface BarePickup {
  /** Answers the moment of the row, as its transaction has it, in ms since 1970. */
  once(mark: string): Promise<number>;
  close(): Promise<void>;
}

export async function barePickup(
  databaseUrl: string,
  call: (mark: string) => Promise<void>,
): Promise<BarePickup> {
  const [writer, taker] = await Promise.all([connect(databaseUrl), connect(databaseUrl)]);
  await writer.query(
    `create table if not exists bare_pickups (mark text primary key, document jsonb,
                                              created_at timestamptz default now(), taken_at timestamptz)`,
  );
  await taker.query('listen bare_pickups');
  const called = new Map<string, (done: Promise<void>) => void>();
  taker.on('notification', ({ payload = '' }) => {
    const taking = taker
      .query('update bare_pickups set taken_at = now() where mark = $1', [payload])
      .then(() => call(payload));
    called.get(payload)?.(taking);
  });
  return {
    async once(mark) {
      const over = new Promise<void>((resolve) => called.set(mark, resolve));
      const { rows } = await writer.query<{ ms: number }>(
        `with made as (insert into bare_pickups (mark, document) values ($1, $2)
                       returning (extract(epoch from created_at) * 1000)::float8 as ms)
         select ms, pg_notify('bare_pickups', $1) from made`,
        [mark, { description: 'x'.repeat(1_000) }],
      );
      await over;
      called.delete(mark);
      return rows[0]!.ms;
    },
    async close() {
      await Promise.all([writer.end(), taker.end()]);
    },
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}
