-- Three roles, so that row-level security only has to be switched on:
--   timbra_owner    owns every table and function; nobody works as it but migrations
--   timbra_app      the web workers: owns nothing, bypasses nothing
--   timbra_stamper  the stamper: crosses tenants for the claim, reads sealed FacturAPI keys
-- Roles belong to the whole PostgreSQL server: another database of it may have made them already,
-- and the embedded PostgreSQL makes them with a password, so that each process signs in as its own.
do $$
declare role_name text;
begin
  foreach role_name in array array['timbra_owner', 'timbra_app', 'timbra_stamper'] loop
    begin
      if not exists (select from pg_roles where rolname = role_name) then
        execute format('create role %I nologin', role_name);
      end if;
    exception when duplicate_object or unique_violation then
      null; -- another database of this server made it at the same moment
    end;
    begin
      -- Always: since PostgreSQL 16 who makes a role is its member, yet may not take it.
      execute format('grant %I to %I', role_name, current_user);
    exception when insufficient_privilege then
      null; -- made and granted beforehand by whoever administers the server
    end;
  end loop;
end $$;

create extension if not exists pg_trgm;
create extension if not exists unaccent;
create extension if not exists btree_gin;
create extension if not exists fuzzystrmatch;

grant usage, create on schema public to timbra_owner;
grant usage on schema public to timbra_app, timbra_stamper;
