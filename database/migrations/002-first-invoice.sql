-- The tables of the main job: who may issue, to whom, the invoice, and the call that stamps it.
set local role timbra_owner;

create table tenants (
  id uuid primary key,
  name text not null,
  legal_name text not null,
  tax_id text not null,
  tax_system text not null,
  zip text not null,
  livemode boolean not null default false,
  -- sealed by platform/secret-box.ts for the place 'tenant:<id>:facturapi_key'
  facturapi_key_sealed bytea,
  created_at timestamptz not null default now()
);
create unique index tenants_by_name on tenants (lower(name));

create table people (
  id uuid primary key,
  email text not null check (email = lower(email)),
  name text not null,
  password_hash text not null,
  is_operator boolean not null default false,
  created_at timestamptz not null default now(),
  unique (email)
);

create table memberships (
  tenant_id uuid not null references tenants,
  person_id uuid not null references people on delete cascade,
  role text not null check (role in ('owner', 'administrator', 'issuer', 'viewer')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, person_id)
);
create index memberships_by_person on memberships (person_id, tenant_id);

create table sessions (
  -- SHA-256 of the id in the cookie: who reads this table can sign in as nobody
  id_hash bytea primary key,
  person_id uuid not null references people on delete cascade,
  tenant_id uuid not null references tenants,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sessions_by_person on sessions (person_id);
create index sessions_by_expiry on sessions (expires_at);

-- Case and accents removed, also those that stand apart from their letter (macOS writes so), other
-- signs made blanks. Immutable, so that a column can be made of it.
create function timbra_fold(words text) returns text
  language sql immutable parallel safe strict
  return btrim(regexp_replace(
    translate(lower(normalize(words, nfc)), 'áàäâãéèëêíìïîóòöôõúùüûñç.''', 'aaaaaeeeeiiiiooooouuuunc'),
    '[^a-z0-9&@]+', ' ', 'g'));

create table customers (
  tenant_id uuid not null references tenants,
  id uuid not null,
  legal_name text not null,
  tax_id text not null,
  tax_system text not null,
  email text,
  phone text,
  default_invoice_use text,
  zip text not null,
  -- some real RFCs fail the check digit: a person said that this one is right
  rfc_check_digit_accepted boolean not null default false,
  search_text text not null generated always as
    (timbra_fold(legal_name || ' ' || tax_id || ' ' || coalesce(email, ''))) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index customers_by_name on customers (tenant_id, legal_name, id);
create index customers_by_tax_id on customers (tenant_id, tax_id, id);

create table series (
  tenant_id uuid not null references tenants,
  series text not null,
  next_folio bigint not null default 1 check (next_folio > 0),
  primary key (tenant_id, series)
);

create table invoices (
  tenant_id uuid not null references tenants,
  id uuid not null,
  type text not null check (type in ('I', 'E', 'P', 'T')),
  status text not null check (status in
    ('draft', 'queued', 'stamping', 'pending', 'valid', 'rejected', 'review', 'expired', 'canceled')),
  series text not null,
  folio_number bigint not null,
  -- null when the receiver was spelled out in the request instead of named by id
  customer_id uuid,
  -- FacturAPI's body, frozen at acceptance: date, folio and key included. Sent as it is, always.
  document jsonb not null,
  currency text not null,
  totals jsonb not null,
  total numeric(18, 6) not null,
  date timestamptz not null,
  uuid uuid,
  facturapi_id text,
  stamp jsonb,
  stamped_at timestamptz,
  verification_url text,
  -- what a person must read: why it was refused, or what to look at in review
  rejection jsonb,
  -- what FacturAPI answered otherwise than it was asked: total, series or folio
  warnings jsonb,
  cancellation_status text not null default 'none',
  created_by uuid references people on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, series, folio_number),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create unique index invoices_by_uuid on invoices (uuid) where uuid is not null;
create index invoices_by_status on invoices (tenant_id, status, id);
create index invoices_by_customer on invoices (tenant_id, customer_id, id);
create index invoices_by_date on invoices (tenant_id, date, id);

create table invoice_files (
  tenant_id uuid not null,
  invoice_id uuid not null,
  kind text not null check (kind in ('xml', 'pdf')),
  content bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, invoice_id, kind),
  foreign key (tenant_id, invoice_id) references invoices (tenant_id, id)
);

create table idempotency_keys (
  tenant_id uuid not null references tenants,
  key text not null,
  -- SHA-256 of the request's body: the same key with another body is a mistake to report
  request_hash bytea not null,
  invoice_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, key)
);

-- The queue in front of FacturAPI. A lane is one limit of calls in flight.
--   queued -> calling -> done
--                     -> delayed -> queued   (wait, then look up or try again)
--                     -> dead                (a person decides)
create table stamping_calls (
  id bigint generated always as identity primary key,
  lane int not null,
  tenant_id uuid not null,
  invoice_id uuid not null,
  kind text not null check (kind in ('create_invoice', 'fetch_xml', 'fetch_pdf')),
  priority smallint not null,
  state text not null default 'queued'
    check (state in ('queued', 'delayed', 'calling', 'done', 'dead')),
  run_at timestamptz not null default now(),
  attempts int not null default 0,
  -- an earlier attempt may have reached FacturAPI: look before sending again
  outcome_unknown boolean not null default false,
  -- look-ups since then that found nothing
  empty_look_ups int not null default 0,
  claimed_by bigint,
  deadline timestamptz,
  -- a call that was given up may be at work at FacturAPI until then, whoever leads by now
  slot_until timestamptz,
  last_problem jsonb,
  -- X-Request-Id of who asked, so that logs can be followed to FacturAPI
  request_id text,
  created_at timestamptz not null default now(),
  done_at timestamptz,
  foreign key (tenant_id, invoice_id) references invoices (tenant_id, id)
);
create index stamping_calls_queued on stamping_calls (lane, priority, tenant_id, run_at, id)
  where state = 'queued';
create index stamping_calls_delayed on stamping_calls (lane, run_at) where state = 'delayed';
create index stamping_calls_calling on stamping_calls (lane, deadline) where state = 'calling';
create index stamping_calls_given_up on stamping_calls (lane, slot_until)
  where slot_until is not null;
create unique index stamping_calls_open on stamping_calls (tenant_id, invoice_id, kind)
  where state in ('queued', 'delayed', 'calling');
create index stamping_calls_by_invoice on stamping_calls (tenant_id, invoice_id, id);

-- A queue lives at one end of its table: fresh statistics keep the claim's plan right.
alter table stamping_calls set (
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 2000,
  autovacuum_vacuum_scale_factor = 0.01);

-- When each tenant was last served, so that tenants take turns inside a priority.
create table stamping_turns (
  lane int not null,
  tenant_id uuid not null,
  served_at timestamptz not null,
  primary key (lane, tenant_id)
);

-- One row a lane: who leads it, under which epoch. The epoch fences claims and completions.
create table stamping_lanes (
  lane int primary key,
  epoch bigint not null default 0,
  leader text,
  heartbeat_at timestamptz,
  in_flight int not null default 0,
  max_in_flight_seen int not null default 0
);

-- What happened at FacturAPI, call by call: the history on an invoice's page.
create table stamping_attempts (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  invoice_id uuid not null,
  call_id bigint not null,
  kind text not null,
  attempt int not null,
  epoch bigint not null,
  outcome text not null,
  http_status int,
  code text,
  log_id text,
  started_at timestamptz not null,
  ended_at timestamptz not null
);
create index stamping_attempts_by_invoice on stamping_attempts (tenant_id, invoice_id, id);

-- A delayed call that is asked for again with a higher priority need not wait out its backoff,
-- unless FacturAPI said when to come back, or may still be at work on it.
create function timbra_may_hurry(call stamping_calls, wanted smallint) returns boolean
  language sql stable as $$
  select call.state = 'delayed' and wanted <= call.priority
     and coalesce(call.last_problem ->> 'code', '') not in ('busy', 'rate_limit_exceeded')
     and coalesce(call.slot_until, '-infinity') <= now()
$$;

-- The one way into the queue, in the caller's own transaction. A call that is still open is
-- promoted instead of doubled. Wakes the stamper when the transaction commits.
create function timbra_enqueue_call(
  call_lane int, call_tenant uuid, call_invoice uuid, call_kind text, call_priority smallint,
  call_request_id text
) returns bigint language sql as $$
  with entry as (
    insert into stamping_calls (lane, tenant_id, invoice_id, kind, priority, request_id)
    values (call_lane, call_tenant, call_invoice, call_kind, call_priority, call_request_id)
    on conflict (tenant_id, invoice_id, kind) where state in ('queued', 'delayed', 'calling')
    do update set priority = least(stamping_calls.priority, excluded.priority),
                  request_id = coalesce(excluded.request_id, stamping_calls.request_id),
                  -- somebody waits for it now: no rest between attempts, but for FacturAPI's own
                  state = case when timbra_may_hurry(stamping_calls, excluded.priority)
                               then 'queued' else stamping_calls.state end,
                  run_at = case when timbra_may_hurry(stamping_calls, excluded.priority)
                                then now() else stamping_calls.run_at end
    returning id)
  select id from entry, (select pg_notify('timbra_calls', call_lane::text)) wake
$$;

-- Never the sealed FacturAPI key: what the web workers cannot read they cannot leak.
grant select (id, name, legal_name, tax_id, tax_system, zip, livemode, created_at)
  on tenants to timbra_app;
grant select on people, memberships to timbra_app;
grant select, insert, update, delete on sessions, customers to timbra_app;
grant select, insert, update on series, invoices to timbra_app;
grant select on invoice_files, stamping_attempts, stamping_lanes to timbra_app;
grant select, insert on idempotency_keys to timbra_app;
grant select, insert, update on stamping_calls to timbra_app;

grant select on tenants, stamping_attempts to timbra_stamper;
grant select, update on invoices to timbra_stamper;
grant select, insert on invoice_files to timbra_stamper;
grant select, insert, update on stamping_calls, stamping_turns, stamping_lanes to timbra_stamper;
grant insert on stamping_attempts to timbra_stamper;

-- For the operator's count of what waits for a person; the other states have theirs above.
create index stamping_calls_dead on stamping_calls (lane) where state = 'dead';
