-- Who keeps a session in memory hears of what ends or changes it, when that is committed:
--   session:<hex of id_hash> | person:<id> | tenant:<id>

create function timbra_tell_sessions() returns trigger language plpgsql as $$
begin
  -- What had expired is nobody's session any more, and the cleaning removes a thousand at once.
  perform pg_notify('timbra_sessions', 'session:' || encode(id_hash, 'hex'))
     from old_rows where expires_at > now();
  return null;
end $$;
create trigger sessions_deleted after delete on sessions
  referencing old table as old_rows for each statement execute function timbra_tell_sessions();
create trigger sessions_updated after update on sessions
  referencing old table as old_rows for each statement execute function timbra_tell_sessions();

-- A new role counts from the next request on.
create function timbra_tell_person() returns trigger language plpgsql as $$
begin
  perform pg_notify('timbra_sessions', 'person:' ||
    case tg_table_name when 'people' then to_jsonb(old) ->> 'id' else to_jsonb(old) ->> 'person_id' end);
  return null;
end $$;
create trigger memberships_changed after update or delete on memberships
  for each row execute function timbra_tell_person();
create trigger people_changed after update of name, email, is_operator or delete on people
  for each row execute function timbra_tell_person();

create function timbra_tell_tenant() returns trigger language plpgsql as $$
begin
  perform pg_notify('timbra_sessions', 'tenant:' || old.id);
  return null;
end $$;
create trigger tenants_changed
  after update of name, legal_name, tax_id, zip, livemode or delete on tenants
  for each row execute function timbra_tell_tenant();
