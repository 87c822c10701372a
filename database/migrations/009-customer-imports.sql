-- Customers from files. A file is kept here in pieces until it was read, so that any worker of any
-- machine can go on with it where a killed one stopped.
--
--   uploading -> waiting -> running -> done
--                   ^         |------> failed     the file cannot be read; nothing more of it
--                   '---------'                   its turn is over and other companies wait
-- Running under a lease: once lease_until has passed, anybody may claim it again. `turn` counts the
-- claims, and each write of a worker names its own, so that one that was thought dead and wakes up
-- changes nothing.
set local role timbra_owner;

create table customer_imports (
  tenant_id uuid not null references tenants,
  id uuid not null,
  created_by uuid references people on delete set null,
  file_name text not null,
  file_kind text check (file_kind in ('csv', 'xlsx')),
  -- of a CSV, as TextDecoder names it
  encoding text,
  file_bytes bigint not null default 0,
  -- SHA-256 of the content
  file_hash bytea,
  -- what would happen, and nothing written to the directory
  dry_run boolean not null,
  -- "SA DE CV" is taken off the names of companies instead of refusing them
  strip_company_suffix boolean not null,
  state text not null default 'uploading'
    check (state in ('uploading', 'waiting', 'running', 'done', 'failed')),
  turn int not null default 0,
  worker text,
  lease_until timestamptz,
  -- claims since the last row that was written: a file that kills its workers is given up
  attempts int not null default 0,
  -- companies take turns by it
  served_at timestamptz,
  -- rows with something in them, the headings aside; null until they were counted
  rows int,
  -- the last row that was dealt with, as a spreadsheet numbers it
  last_row int not null default 0,
  processed int not null default 0,
  created int not null default 0,
  updated int not null default 0,
  unchanged int not null default 0,
  -- rows whose RFC stands again further down: the last one counts
  duplicates int not null default 0,
  rejected int not null default 0,
  -- rows of which a person is told something: a correction, or the later row that counts
  noted int not null default 0,
  -- which sheet, {heading, field} of the columns, and the headings of those that were left out
  reading jsonb,
  -- of a dry run: the first few of each kind, with their values
  preview jsonb,
  -- {code, detail} of why it failed
  problem jsonb,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  primary key (tenant_id, id)
);
-- The same file again is the same import, unless that one failed.
create unique index customer_imports_of_file
  on customer_imports (tenant_id, file_hash, strip_company_suffix)
  where not dry_run and state in ('waiting', 'running', 'done');
create index customer_imports_open on customer_imports (state, created_at)
  where state in ('uploading', 'waiting', 'running');
create index customer_imports_by_age on customer_imports (created_at);

create table customer_import_chunks (
  tenant_id uuid not null,
  import_id uuid not null,
  number int not null,
  content bytea not null,
  primary key (tenant_id, import_id, number),
  foreign key (tenant_id, import_id) references customer_imports (tenant_id, id) on delete cascade
);
-- Read often and soon removed: not worth compressing.
alter table customer_import_chunks alter column content set storage external;

-- What a person must look at: rows that were not taken, and those that were with a correction.
create table customer_import_rows (
  tenant_id uuid not null,
  import_id uuid not null,
  kind text not null check (kind in ('rejected', 'noted')),
  -- as a spreadsheet numbers it
  row_number int not null,
  -- headings as the file has them
  columns text not null,
  reason text not null,
  -- the row as it stood there, so that it can be put right and sent again
  cells jsonb not null,
  primary key (tenant_id, import_id, kind, row_number),
  foreign key (tenant_id, import_id) references customer_imports (tenant_id, id) on delete cascade
);

grant select, insert, update, delete on
  customer_imports, customer_import_chunks, customer_import_rows to timbra_app;
alter table customer_imports enable row level security;
alter table customer_import_chunks enable row level security;
alter table customer_import_rows enable row level security;
create policy own_company on customer_imports using (tenant_id = timbra_tenant());
create policy own_company on customer_import_chunks using (tenant_id = timbra_tenant());
create policy own_company on customer_import_rows using (tenant_id = timbra_tenant());

-- The next import to work at, for a worker that serves all companies: of those that wait or whose
-- worker is gone the company's that was served longest ago, one of a company at a time, `at_once`
-- of the installation. Claims are made one after another ("TMBI" as a 32-bit integer): two at the
-- same moment would each not see the other's. Whoever comes second looks again a little later.
create function timbra_claim_customer_import(by_worker text, at_once int, lease_ms int)
returns setof customer_imports language plpgsql security definer
  set search_path = public, pg_temp as $$
begin
  if not pg_try_advisory_xact_lock(x'544d4249'::int) then return; end if;
  return query
  update customer_imports claimed
     set state = 'running', worker = by_worker, turn = turn + 1, attempts = attempts + 1,
         lease_until = now() + lease_ms * interval '1 ms', served_at = now(),
         started_at = coalesce(started_at, now())
   where (claimed.tenant_id, claimed.id) = (
     select i.tenant_id, i.id from customer_imports i
      where (i.state = 'waiting' or (i.state = 'running' and i.lease_until < now()))
        and not exists (select from customer_imports busy
                         where busy.state = 'running' and busy.lease_until >= now()
                           and busy.tenant_id = i.tenant_id)
        and (select count(*) from customer_imports busy
              where busy.state = 'running' and busy.lease_until >= now()) < at_once
      order by (select max(served.served_at) from customer_imports served
                 where served.tenant_id = i.tenant_id) nulls first, i.created_at, i.id
      limit 1
        for update skip locked)
  returning claimed.*;
end $$;
revoke execute on function timbra_claim_customer_import(text, int, int) from public;
grant execute on function timbra_claim_customer_import(text, int, int) to timbra_app;

-- Whether an import of another company could use the turn of this one.
create function timbra_others_wait_to_import(than uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from customer_imports i
                  where i.tenant_id <> than
                    and (i.state = 'waiting' or (i.state = 'running' and i.lease_until < now())))
$$;
revoke execute on function timbra_others_wait_to_import(uuid) from public;
grant execute on function timbra_others_wait_to_import(uuid) to timbra_app;

-- Uploads that broke off, dry runs of yesterday, and the rows of imports that are long over; of
-- these the summary stays, so that the same file is known again.
create function timbra_remove_old_imports(upload_ms int, dry_run_ms int, rows_ms bigint)
returns void language sql security definer set search_path = public, pg_temp as $$
  delete from customer_imports
   where (state = 'uploading' and created_at < now() - upload_ms * interval '1 ms')
      or (dry_run and state in ('done', 'failed')
          and created_at < now() - dry_run_ms * interval '1 ms');
  delete from customer_import_rows r using customer_imports i
   where i.tenant_id = r.tenant_id and i.id = r.import_id
     and i.finished_at < now() - rows_ms * interval '1 ms';
$$;
revoke execute on function timbra_remove_old_imports(int, int, bigint) from public;
grant execute on function timbra_remove_old_imports(int, int, bigint) to timbra_app;
