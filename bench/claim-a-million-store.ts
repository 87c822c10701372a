import type pg from 'pg';

/** Done calls with their invoices first, then the backlog at the table's end, as time leaves them. */
export async function fillQueue(
  admin: pg.Client,
  o: { readonly companies: number; readonly queued: number; readonly total: number },
): Promise<void> {
  await admin.query(
    `insert into tenants (id, name, legal_name, tax_id, tax_system, zip, facturapi_key_sealed)
     select uuidv7(), 'Empresa ' || n, 'ESCUELA KEMPER URGATE', 'EKU9003173C9', '601', '42501',
            '\\x01' from generate_series(1, $1::int) n`,
    [o.companies],
  );
  const done = o.total - o.queued;
  await fill(admin, { count: done, first: 1, invoice: 'valid', call: 'done' });
  await fill(admin, { count: o.queued, first: done + 1, invoice: 'queued', call: 'queued' });
  await admin.query(
    `create table bare_rows as select n::int as id, 0 as touched from generate_series(0, 9999) n`,
  );
  await admin.query('alter table bare_rows add primary key (id)');
  await admin.query('grant select, update on bare_rows to timbra_stamper');
  await admin.query('vacuum analyze');
}

export async function bareUpdate(
  client: pg.Client,
  o: { readonly first: number; readonly count: number },
): Promise<void> {
  await client.query({
    name: 'bare-update',
    text: 'update bare_rows set touched = touched + 1 where id = any($1::int[])',
    values: [Array.from({ length: o.count }, (_, i) => o.first + i)],
  });
}

async function fill(
  admin: pg.Client,
  o: { count: number; first: number; invoice: string; call: string },
): Promise<void> {
  await admin.query(
    `with companies as (select id, row_number() over () - 1 as nth, count(*) over () as many
                          from tenants),
     made as (
       insert into invoices (tenant_id, id, type, status, series, folio_number, document, currency,
                             totals, total, date)
       select c.id, uuidv7(), 'I', $3, 'F', n,
              jsonb_build_object('type', 'I', 'series', 'F', 'folio_number', n),
              'MXN', '{}', 116, now()
         from generate_series($1::bigint, $1::bigint + $2::int - 1) n
         join companies c on c.nth = n % c.many
       returning tenant_id, id)
     insert into stamping_calls (lane, tenant_id, invoice_id, kind, priority, state, run_at, done_at)
     select 0, tenant_id, id, 'create_invoice', 1, $4, now() - interval '1 minute',
            case when $4 = 'done' then now() end from made`,
    [o.first, o.count, o.invoice, o.call],
  );
}

/**
 * The scans of the plan with which a statement runs, by auto_explain, which sees it with its own
 * parameters; rolled back.
 */
export async function planOf(client: pg.Client, run: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const listen = ({ message }: { message?: string | undefined }) => {
    lines.push(...(message ?? '').split('\n'));
  };
  await client.query('reset role');
  await client.query(`load 'auto_explain'`);
  for (const [name, value] of [
    ['auto_explain.log_min_duration', '0'],
    ['auto_explain.log_analyze', 'on'],
    ['auto_explain.log_level', 'notice'],
  ]) {
    await client.query('select set_config($1, $2, false)', [name, value]);
  }
  client.on('notice', listen);
  await client.query('begin');
  await run();
  await client.query('rollback');
  client.off('notice', listen);
  return lines.map((line) => line.trim()).filter((line) => / on |Scan/.test(line));
}
