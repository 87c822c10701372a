-- Stamping whole: lanes for each organization, pauses, bounds of the queue, learnt deadlines,
-- versions of an invoice, and what people decide about it.
set local role timbra_owner;

-- The lane of a company under FACTURAPI_LIMIT_SCOPE=organization; 0 is the whole installation's.
alter table tenants add stamping_lane int not null generated always as identity (start with 1);
grant select (stamping_lane) on tenants to timbra_app;
create index tenants_by_lane on tenants (stamping_lane);

-- A call that is not about one invoice (a search in FacturAPI's catalogue, a page of its list)
-- says in `request` what it asks; one that a person waits for is worth nothing after `expires_at`.
alter table stamping_calls alter invoice_id drop not null;
alter table stamping_calls add request jsonb;
alter table stamping_calls add expires_at timestamptz;
-- how many attempts ended with the death of their process
alter table stamping_calls add deaths int not null default 0;
alter table stamping_calls drop constraint stamping_calls_kind_check;
alter table stamping_calls add constraint stamping_calls_kind_check check (kind in
  ('create_invoice', 'fetch_xml', 'fetch_pdf', 'read_invoice', 'search_catalog', 'list_invoices'));

-- What a call of a person who waits brought; kept for a short time.
create table stamping_answers (
  call_id bigint primary key,
  tenant_id uuid not null,
  status int not null,
  body jsonb,
  created_at timestamptz not null default now()
);
create index stamping_answers_by_age on stamping_answers (created_at);

-- The session that holds the lead: whoever finds its heartbeat stale ends that session.
alter table stamping_lanes add backend_pid int;
alter table stamping_lanes add backend_started_at timestamptz;
-- The breaker for FacturAPI as a whole, so that a new leader does not begin anew with it.
alter table stamping_lanes add breaker jsonb;
-- Deadlines, concurrency and breaker, for the metrics.
alter table stamping_lanes add report jsonb;

-- The live stampers of all machines, so that each leads its share of the lanes.
create table stamping_stampers (
  name text primary key,
  heartbeat_at timestamptz not null default now()
);

-- What was learnt of each company's latency (RFC 6298), so that a new leader knows it too.
create table stamping_deadlines (
  tenant_id uuid not null,
  kind text not null,
  smoothed_ms real,
  deviation_ms real,
  widenings smallint not null default 0,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, kind)
);

-- A company whose calls rest: none is claimed before `until`, and then one first.
create table stamping_pauses (
  tenant_id uuid not null references tenants on delete cascade,
  --   busy         429: FacturAPI said when to come back
  --   blocked      key, subscription or certificate: an administrator must act
  --   unavailable  the breaker of its organization is open
  --   operator     a person stopped it
  reason text not null check (reason in ('busy', 'blocked', 'unavailable', 'operator')),
  since timestamptz not null default now(),
  until timestamptz not null,
  interval_ms int,
  problem jsonb,
  primary key (tenant_id, reason)
);

-- What the operator wants of the whole installation: one row.
--   paused    no call starts; the queue keeps accepting
--   draining  nothing is accepted; the queue runs dry
create table stamping_mode (
  one boolean primary key default true check (one),
  mode text not null default 'running' check (mode in ('running', 'paused', 'draining')),
  changed_by uuid references people on delete set null,
  changed_at timestamptz not null default now(),
  why text
);
insert into stamping_mode default values;

-- How many creations of each company are open: the bounds are held against these numbers.
create table stamping_backlog (
  tenant_id uuid primary key,
  waiting int not null default 0
) with (fillfactor = 50);
insert into stamping_backlog
select tenant_id, count(*) from stamping_calls
 where kind = 'create_invoice' and state in ('queued', 'delayed', 'calling') group by tenant_id;

create function timbra_count_backlog() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
begin
  insert into stamping_backlog (tenant_id, waiting)
  values (new.tenant_id, case when new.state in ('done', 'dead') then -1 else 1 end)
  on conflict (tenant_id) do update set waiting = stamping_backlog.waiting + excluded.waiting;
  return null;
end $$;
create trigger stamping_calls_opened after insert on stamping_calls for each row
  when (new.kind = 'create_invoice' and new.state not in ('done', 'dead'))
  execute function timbra_count_backlog();
create trigger stamping_calls_changed after update of state on stamping_calls for each row
  when (new.kind = 'create_invoice'
        and (old.state in ('done', 'dead')) <> (new.state in ('done', 'dead')))
  execute function timbra_count_backlog();

-- Whether one more invoice may be accepted. The company's row is locked until the end of the
-- transaction, so its bound is exact; the installation's is off by what is accepted meanwhile.
create function timbra_admit_creation(
  wanted uuid, tenant_waiting_max int, waiting_max int
) returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare present int;
begin
  if (select mode from stamping_mode) = 'draining' then
    raise exception 'the installation drains' using errcode = 'TB003';
  end if;
  insert into stamping_backlog (tenant_id) values (wanted) on conflict do nothing;
  select waiting into present from stamping_backlog where tenant_id = wanted for update;
  if present >= tenant_waiting_max then
    raise exception 'the queue of the company is full' using errcode = 'TB001';
  end if;
  if (select sum(waiting) from stamping_backlog) >= waiting_max then
    raise exception 'the queue of the installation is full' using errcode = 'TB002';
  end if;
  return true;
end $$;

-- What FacturAPI knows the document by. A reissue has the invoice's id and another key.
alter table invoices add external_id text generated always as (document ->> 'external_id') stored;
create index invoices_by_external_id on invoices (tenant_id, external_id);
create index invoices_by_facturapi_id on invoices (tenant_id, facturapi_id)
  where facturapi_id is not null;
alter table invoices add version int not null default 1;
-- 48 hours without a stamp: people were told.
alter table invoices add late_told_at timestamptz;
-- SAT takes a document for 72 hours: what is still open is looked at by its date.
create index invoices_open_by_date on invoices (date)
  where status in ('queued', 'stamping', 'pending');
-- Made at FacturAPI by another hand, and taken over from there.
alter table invoices add imported_at timestamptz;

-- The documents that a reissue replaced: same folio, other key.
create table invoice_versions (
  tenant_id uuid not null,
  invoice_id uuid not null,
  version int not null,
  document jsonb not null,
  external_id text generated always as (document ->> 'external_id') stored,
  totals jsonb not null,
  total numeric(18, 6) not null,
  date timestamptz not null,
  status text not null,
  rejection jsonb,
  replaced_at timestamptz not null default now(),
  replaced_by uuid references people on delete set null,
  primary key (tenant_id, invoice_id, version),
  foreign key (tenant_id, invoice_id) references invoices (tenant_id, id)
);
create index invoice_versions_by_external_id on invoice_versions (tenant_id, external_id);

-- What people decided about an invoice or a call: who, when, why.
create table stamping_decisions (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  invoice_id uuid,
  call_id bigint,
  decision text not null,
  why text,
  decided_by uuid references people on delete set null,
  decided_at timestamptz not null default now()
);
create index stamping_decisions_by_invoice on stamping_decisions (tenant_id, invoice_id, id);

-- A creation of unknown outcome is not hurried: its look-ups stand apart because the list may lag,
-- and a doubt is looked up once more after a wait.
create or replace function timbra_may_hurry(call stamping_calls, wanted smallint) returns boolean
  language sql stable as $$
  select call.state = 'delayed' and wanted <= call.priority
     and coalesce(call.last_problem ->> 'code', '') not in ('busy', 'rate_limit_exceeded')
     and coalesce(call.slot_until, '-infinity') <= now()
     and call.empty_look_ups = 0 and call.last_problem -> 'doubt' is null
$$;

-- The lane of a call: the one that is named, or the company's own.
create function timbra_lane_of(named int, wanted uuid) returns int language sql stable as $$
  select coalesce(named, (select stamping_lane from tenants where id = wanted))
$$;

drop function timbra_enqueue_call(int, uuid, uuid, text, smallint, text);
create function timbra_enqueue_call(
  call_lane int, call_tenant uuid, call_invoice uuid, call_kind text, call_priority smallint,
  call_request_id text, call_request jsonb default null, call_expires_at timestamptz default null
) returns bigint language sql as $$
  with entry as (
    insert into stamping_calls (lane, tenant_id, invoice_id, kind, priority, request_id, request,
                                expires_at)
    values (timbra_lane_of(call_lane, call_tenant), call_tenant, call_invoice, call_kind,
            call_priority, call_request_id, call_request, call_expires_at)
    on conflict (tenant_id, invoice_id, kind) where state in ('queued', 'delayed', 'calling')
    do update set priority = least(stamping_calls.priority, excluded.priority),
                  request_id = coalesce(excluded.request_id, stamping_calls.request_id),
                  -- somebody waits for it now: no rest between attempts, but for FacturAPI's own
                  state = case when timbra_may_hurry(stamping_calls, excluded.priority)
                               then 'queued' else stamping_calls.state end,
                  run_at = case when timbra_may_hurry(stamping_calls, excluded.priority)
                                then now() else stamping_calls.run_at end
    returning id, lane)
  select id from entry, lateral (select pg_notify('timbra_calls', lane::text)) wake
$$;

grant select on stamping_mode, stamping_pauses, stamping_backlog, stamping_answers, stamping_stampers
  to timbra_app;
grant update on stamping_mode to timbra_app;
grant insert, delete on stamping_pauses to timbra_app;
grant select, insert on stamping_decisions, invoice_versions to timbra_app;

grant select on stamping_mode, stamping_backlog, invoice_versions to timbra_stamper;
grant select, insert, update, delete on stamping_pauses, stamping_deadlines, stamping_stampers,
  stamping_answers to timbra_stamper;
grant insert on stamping_decisions to timbra_stamper;
grant insert on invoices to timbra_stamper;

-- What we hold and what FacturAPI holds, where they differ and how it ended.
create table reconciliation_differences (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  --   adopted               we had it refused, expired or in review, and it is stamped there
  --   canceled_there        valid here, canceled there
  --   made_elsewhere        nobody here asked for it: it was taken over
  --   without_call          open here, and no call would ever have gone on with it
  --   missing_in_facturapi  valid here, unknown there
  --   duplicate_in_facturapi  two CFDIs for one invoice of ours
  --   superseded_but_stamped  a document that was replaced by a reissue is stamped all the same
  kind text not null check (kind in ('adopted', 'canceled_there', 'made_elsewhere', 'without_call',
    'missing_in_facturapi', 'duplicate_in_facturapi', 'superseded_but_stamped', 'data_differs')),
  invoice_id uuid,
  facturapi_id text,
  detail jsonb,
  found_at timestamptz not null default now(),
  -- repaired by itself, or closed by a person
  ended_at timestamptz,
  ended_by uuid references people on delete set null,
  why text
);
create unique index reconciliation_differences_open on reconciliation_differences
  (tenant_id, kind, coalesce(invoice_id, '00000000-0000-0000-0000-000000000000'),
   coalesce(facturapi_id, '')) where ended_at is null;
create index reconciliation_differences_by_tenant on reconciliation_differences (tenant_id, id);

-- Once for each that is open; `repaired`: there is nothing left to do about it.
create function timbra_note_difference(
  of_tenant uuid, of_kind text, of_invoice uuid, of_facturapi_id text, with_detail jsonb,
  repaired boolean default false
) returns void language sql as $$
  insert into reconciliation_differences
         (tenant_id, kind, invoice_id, facturapi_id, detail, ended_at)
  values (of_tenant, of_kind, of_invoice, of_facturapi_id, with_detail,
          case when repaired then now() end)
  on conflict do nothing
$$;
grant select, insert, update on reconciliation_differences to timbra_stamper;
grant select on reconciliation_differences to timbra_app;
grant update (ended_at, ended_by, why) on reconciliation_differences to timbra_app;
