-- Holding what we have against what FacturAPI has, and taking over what it had before us.
set local role timbra_owner;

-- A call about a company's account is about no invoice, and has its history all the same.
alter table stamping_attempts alter invoice_id drop not null;

-- Two tasks for each company, each at the most once at a time:
--   recent    what is dated of late, in both directions, over and over: idle <-> running
--   history   all that FacturAPI has, newest first, when it is asked for: running -> done
-- A page that cannot be had ends either as failed; it is tried again after a rest. The cursor is
-- written in the transaction that writes what the page brought, so a killed stamper loses nothing.
create table reconciliations (
  tenant_id uuid not null references tenants on delete cascade,
  task text not null check (task in ('recent', 'history')),
  state text not null check (state in ('idle', 'running', 'done', 'failed')),
  -- the page that is asked for now: what any other call brings is not of this run
  call_id bigint,
  -- the window of the run; from the first invoice on when null
  from_at timestamptz,
  until_at timestamptz not null,
  -- the cursor: the page of what is dated before
  before_at timestamptz not null,
  page int not null default 1,
  -- all that is dated before was held against FacturAPI by an earlier run
  covered_until timestamptz,
  -- of this run, or of the last one
  pages int not null default 0,
  seen int not null default 0,
  total int not null default 0,
  imported int not null default 0,
  repaired int not null default 0,
  differences int not null default 0,
  runs int not null default 0,
  next_at timestamptz not null default now(),
  started_at timestamptz not null default now(),
  started_by uuid references people on delete set null,
  finished_at timestamptz,
  problem jsonb,
  primary key (tenant_id, task)
);

-- What a run must remember until its end, so that nothing is called missing that stood on another
-- page: ours that their own place in the list did not show, and those that another place did.
-- Empty as long as both sides date alike.
create table reconciliation_strays (
  tenant_id uuid not null references tenants on delete cascade,
  invoice_id uuid not null,
  seen boolean not null,
  primary key (tenant_id, invoice_id)
);

-- Whether somebody has closed it before, and whether it ended by itself.
create index reconciliation_differences_by_facturapi_id on reconciliation_differences
  (tenant_id, facturapi_id);
create index reconciliation_differences_by_invoice on reconciliation_differences
  (tenant_id, invoice_id);

grant select, insert, update on reconciliations to timbra_app, timbra_stamper;
grant select, insert, update, delete on reconciliation_strays to timbra_stamper;
-- The folios of what is taken over are never given out again.
grant select, insert, update on series to timbra_stamper;
