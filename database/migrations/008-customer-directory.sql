-- The directory: the whole address, a version for optimistic locking, archiving, and who changed
-- what.
--
-- Whoever writes customers need only write their fields. The triggers below count `version` and
-- `updated_at` on when a field that people see changed, and leave a trace in customer_changes. Who
-- it was is read from two settings of the transaction, both of which may be missing:
--   timbra.person  the person's id
--   timbra.via     'import' or 'sync' when it was not done by hand
-- Nobody else writes that history: its rows are the owner's, and each company reads its own.
set local role timbra_owner;

alter table customers
  add column external_id text,
  add column street text,
  add column exterior text,
  add column interior text,
  add column neighborhood text,
  add column city text,
  add column municipality text,
  add column state text,
  -- c_Pais; beyond MEX the tax_id is a foreign one, or the generic XEXX010101000
  add column country text not null default 'MEX',
  -- out of the search and the pickers, and not invoiced; what was issued still names it
  add column archived_at timestamptz,
  add column version bigint not null default 1;

create index customers_archived on customers (tenant_id, legal_name, id)
  where archived_at is not null;

create table customer_changes (
  tenant_id uuid not null,
  customer_id uuid not null,
  -- that it became by this change; 1 is its creation by hand
  version bigint not null,
  -- {"zip": {"before": "86991", "after": "86992"}, ...}
  fields jsonb not null,
  person_id uuid references people on delete set null,
  via text,
  changed_at timestamptz not null default now(),
  primary key (tenant_id, customer_id, version),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id) on delete cascade
);
grant select on customer_changes to timbra_app;
alter table customer_changes enable row level security;
create policy own_company on customer_changes
  using (tenant_id = nullif(current_setting('timbra.tenant', true), '')::uuid);

-- What people see of a customer, under the columns' names.
create function timbra_customer_fields(c customers) returns jsonb
  language sql stable parallel safe as $$
  select jsonb_build_object(
    'legal_name', c.legal_name, 'tax_id', c.tax_id, 'tax_system', c.tax_system,
    'email', c.email, 'phone', c.phone, 'default_invoice_use', c.default_invoice_use,
    'external_id', c.external_id, 'street', c.street, 'exterior', c.exterior,
    'interior', c.interior, 'neighborhood', c.neighborhood, 'city', c.city,
    'municipality', c.municipality, 'zip', c.zip, 'state', c.state, 'country', c.country,
    'rfc_check_digit_accepted', c.rfc_check_digit_accepted,
    'archived_at', to_char(c.archived_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
$$;

create function timbra_trace_customer() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
declare
  earlier jsonb := timbra_customer_fields(old);
  later jsonb := timbra_customer_fields(new);
begin
  if earlier = later then
    new.version := old.version;
    new.updated_at := old.updated_at;
    return new;
  end if;
  new.version := old.version + 1;
  new.updated_at := now();
  insert into customer_changes (tenant_id, customer_id, version, fields, person_id, via)
  select new.tenant_id, new.id, new.version,
         jsonb_object_agg(key, jsonb_build_object('before', earlier -> key, 'after', value)),
         nullif(current_setting('timbra.person', true), '')::uuid,
         nullif(current_setting('timbra.via', true), '')
    from jsonb_each(later) where value <> earlier -> key;
  return new;
end $$;

create trigger customers_trace before update on customers
  for each row execute function timbra_trace_customer();

create function timbra_trace_new_customer() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
begin
  insert into customer_changes (tenant_id, customer_id, version, fields, person_id)
  values (new.tenant_id, new.id, new.version, '{}', current_setting('timbra.person')::uuid);
  return null;
end $$;

-- Made by hand only: an import of a hundred thousand has a report of its own.
create trigger customers_trace_new after insert on customers
  for each row
  when (coalesce(current_setting('timbra.person', true), '') <> ''
        and coalesce(current_setting('timbra.via', true), '') = '')
  execute function timbra_trace_new_customer();
