-- FacturAPI's events: where each company takes them, and which were taken already.
set local role timbra_owner;

create table facturapi_webhooks (
  tenant_id uuid primary key references tenants on delete cascade,
  -- SHA-256 of the token in the address: who reads this table can send nothing
  token_hash bytea not null unique,
  -- sealed by platform/secret-box.ts for the place 'tenant:<id>:webhook_secret'; null until the
  -- administrator has it from FacturAPI, which makes it for an address
  secret_sealed bytea,
  -- The organization of the first event that was signed with this secret: it names no other.
  organization text,
  last_event_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- FacturAPI's scheme has no timestamp, so that a repeat is known by the event's id alone.
create table facturapi_events (
  tenant_id uuid not null references tenants on delete cascade,
  event_id text not null,
  type text not null,
  received_at timestamptz not null default now(),
  primary key (tenant_id, event_id)
);
create index facturapi_events_by_age on facturapi_events (received_at);

-- Whose address it is: the one step here that knows no company yet. The rest names it.
create function timbra_webhook_of(wanted bytea)
returns table (tenant_id uuid, livemode boolean, secret_sealed bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select w.tenant_id, t.livemode, w.secret_sealed
    from facturapi_webhooks w join tenants t on t.id = w.tenant_id
   where w.token_hash = wanted
$$;
revoke execute on function timbra_webhook_of(bytea) from public;

-- A read in flight may have been answered before what was told just now: it is made once more.
alter table stamping_calls add asked_again boolean not null default false;

create function timbra_ask_again() returns trigger language plpgsql
  set search_path = public, pg_temp as $$
begin
  perform timbra_enqueue_call(new.lane, new.tenant_id, new.invoice_id, new.kind, new.priority,
                              new.request_id);
  return null;
end $$;
create trigger stamping_calls_asked_again after update of state on stamping_calls for each row
  when (new.asked_again and new.kind = 'read_invoice'
        and old.state = 'calling' and new.state = 'done')
  execute function timbra_ask_again();

grant execute on function timbra_webhook_of(bytea) to timbra_app;
grant select, insert, update, delete on facturapi_webhooks to timbra_app;
grant select, insert, delete on facturapi_events to timbra_app;
