-- Customers in step with FacturAPI's, both ways. A company's administrator switches it on; until
-- then there is no row in customer_syncs, nothing is read there and nothing is sent.
set local role timbra_owner;

alter table stamping_calls drop constraint stamping_calls_kind_check;
alter table stamping_calls add constraint stamping_calls_kind_check check (kind in
  ('create_invoice', 'fetch_xml', 'fetch_pdf', 'read_invoice', 'search_catalog', 'list_invoices',
   'list_customers', 'sync_customer', 'ask_customer'));
create index stamping_calls_of_customers_by_age on stamping_calls (done_at)
  where state = 'done' and kind in ('list_customers', 'sync_customer', 'ask_customer');

-- One run of a company at a time:
--   off <-> idle -> running -> idle
--                     '-----> failed     goes on after a rest, from the page where it stopped
-- The cursor is written in the transaction that writes what its page brought, so a killed stamper
-- loses nothing. Whoever writes links of a company locks this row first.
create table customer_syncs (
  tenant_id uuid primary key references tenants on delete cascade,
  state text not null check (state in ('off', 'idle', 'running', 'failed')),
  -- all: every customer that FacturAPI has; new: those made there since the last run
  task text not null default 'all' check (task in ('all', 'new')),
  -- the page that is asked for now: what any other call brings is not of this run
  call_id bigint,
  from_at timestamptz,
  until_at timestamptz not null,
  before_at timestamptz not null,
  page int not null default 1,
  -- all that was made there before has been read once
  covered_until timestamptz,
  -- of this run, or of the last one
  pages int not null default 0,
  seen int not null default 0,
  total int not null default 0,
  created int not null default 0,
  linked int not null default 0,
  updated int not null default 0,
  differences int not null default 0,
  next_all_at timestamptz not null default now(),
  next_new_at timestamptz not null default now(),
  started_at timestamptz not null default now(),
  started_by uuid references people on delete set null,
  finished_at timestamptz,
  all_finished_at timestamptz,
  problem jsonb
);

-- Which of theirs is which of ours.
--   customer and FacturAPI's id   the same one on both sides
--   customer alone                to be made there (due), or left alone by a person's wish
--   FacturAPI's id alone          not to be taken over: deleted here, a double, or ignored
create table customer_links (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  customer_id uuid,
  facturapi_id text,
  -- its fields when both sides last said the same; what has changed since is told by it
  base jsonb,
  synced_at timestamptz,
  -- the last time that FacturAPI showed it
  seen_at timestamptz,
  -- it is to be looked at by a call of its own, and ours to be sent if that is the newer one
  due boolean not null default false,
  call_id bigint,
  edit_link text,
  edit_link_expires_at timestamptz,
  edit_link_sent_at timestamptz,
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
    on delete set null (customer_id)
);
create unique index customer_links_by_customer on customer_links (tenant_id, customer_id);
create unique index customer_links_by_facturapi_id on customer_links (tenant_id, facturapi_id);
create index customer_links_due on customer_links (tenant_id, id) where due;
-- linked ones that no page has shown for long
create index customer_links_by_seen on customer_links (tenant_id, seen_at)
  where customer_id is not null and facturapi_id is not null;

-- What a person decides. While one is open nothing of the two is written on either side.
create table customer_differences (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  --   changed_on_both   neither side's version follows from the other
  --   several_here      one of theirs may be several of ours, or one that is another's already
  --   not_acceptable    theirs breaks a rule that holds here
  --   refused_there     FacturAPI did not take ours
  --   gone_there        FacturAPI has it no more
  kind text not null check (kind in ('changed_on_both', 'several_here', 'not_acceptable',
    'refused_there', 'gone_there')),
  customer_id uuid,
  facturapi_id text,
  theirs jsonb,
  candidates uuid[] not null default '{}',
  problem jsonb,
  -- counts the versions of theirs that were found
  revision int not null default 1,
  found_at timestamptz not null default now(),
  ended_at timestamptz,
  -- null: it ended by itself
  choice text check (choice in ('ours', 'theirs', 'new', 'link', 'again', 'ignore')),
  ended_by uuid references people on delete set null,
  foreign key (tenant_id, customer_id) references customers (tenant_id, id) on delete cascade
);
create unique index customer_differences_open on customer_differences
  (tenant_id, coalesce(facturapi_id, ''),
   (case when facturapi_id is null then customer_id end)) nulls not distinct
  where ended_at is null;
create index customer_differences_by_tenant on customer_differences (tenant_id, id);
create index customer_differences_by_customer on customer_differences (tenant_id, customer_id)
  where ended_at is null;

-- What SAT said of a customer's data, through FacturAPI, and of which version of them.
create table customer_tax_checks (
  tenant_id uuid not null,
  customer_id uuid not null,
  version bigint not null,
  valid boolean not null,
  errors jsonb not null default '[]',
  checked_at timestamptz not null default now(),
  primary key (tenant_id, customer_id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id) on delete cascade
);

-- The fields that both sides have, under one name each.
create function timbra_synced_fields(c customers) returns jsonb
  language sql stable parallel safe as $$
  select timbra_customer_fields(c) - 'external_id' - 'rfc_check_digit_accepted' - 'archived_at'
$$;

-- Ours changed by hand or by an import: what is known there shall be sent. What the sync itself
-- wrote is there already.
create function timbra_customers_changed() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
begin
  if current_setting('timbra.via', true) = 'sync' then return null; end if;
  update customer_links l set due = true
    from new_rows n join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id
   where l.tenant_id = n.tenant_id and l.customer_id = n.id and not l.due
     and n.version <> o.version
     and (l.facturapi_id is not null or exists (
           select from customer_differences d
            where d.tenant_id = n.tenant_id and d.customer_id = n.id and d.ended_at is null
              and d.kind = 'refused_there'));
  return null;
end $$;
create trigger customers_to_send after update on customers
  referencing old table as old_rows new table as new_rows
  for each statement execute function timbra_customers_changed();

-- The first valid invoice of a customer: from now on FacturAPI shall know it by an id.
create function timbra_customer_was_invoiced() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
begin
  insert into customer_links (tenant_id, customer_id, due)
  select new.tenant_id, new.customer_id, true
   where exists (select from customer_syncs s
                  where s.tenant_id = new.tenant_id and s.state <> 'off')
  on conflict do nothing;
  return null;
end $$;
create trigger invoices_make_customers_known after update of status on invoices
  for each row when (new.status = 'valid' and old.status <> 'valid' and new.customer_id is not null)
  execute function timbra_customer_was_invoiced();

-- Asks for one customer to be brought in step: the id of its call, the open one if there is one.
-- Ours and the base are frozen into it. `taken`: those of theirs that are others of ours already.
create function timbra_ask_customer_sync(
  call_lane int, call_tenant uuid, of_customer uuid, call_priority smallint, call_request_id text
) returns bigint language plpgsql as $$
declare
  link customer_links;
  asked bigint;
begin
  select * into link from customer_links
   where tenant_id = call_tenant and customer_id = of_customer for update;
  if not found then return null; end if;
  update stamping_calls c
     set priority = least(c.priority, call_priority),
         state = case when timbra_may_hurry(c, call_priority) then 'queued' else c.state end,
         run_at = case when timbra_may_hurry(c, call_priority) then now() else c.run_at end
   where c.id = link.call_id and c.state in ('queued', 'delayed', 'calling')
  returning c.id into asked;
  if asked is not null then return asked; end if;
  select timbra_enqueue_call(call_lane, call_tenant, null, 'sync_customer', call_priority,
           call_request_id, jsonb_build_object(
             'customer', c.id, 'version', c.version, 'facturapi_id', link.facturapi_id,
             'base', link.base, 'ours', timbra_synced_fields(c),
             'taken', (select coalesce(jsonb_agg(o.facturapi_id), '[]')
                         from customers t join customer_links o
                           on o.tenant_id = t.tenant_id and o.customer_id = t.id
                        where t.tenant_id = call_tenant and t.tax_id = c.tax_id
                          and t.id <> c.id and t.legal_name = c.legal_name
                          and o.facturapi_id is not null)))
    into asked
    from customers c where c.tenant_id = call_tenant and c.id = of_customer;
  update customer_links set call_id = asked where id = link.id;
  return asked;
end $$;

grant select, insert, update on customer_syncs, customer_links, customer_differences,
  customer_tax_checks to timbra_app, timbra_stamper;
grant delete on customer_links to timbra_stamper;
grant select, insert, update on customers to timbra_stamper;
