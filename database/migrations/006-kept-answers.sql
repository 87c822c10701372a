-- What FacturAPI answers the same to everybody, and the operator's list of dead calls.
set local role timbra_owner;

-- Searches in SAT's large catalogues: the catalogue is one for all, so no company owns an answer.
create table facturapi_answers_kept (
  catalog text not null,
  -- folded as people's spelling varies: case, accents, blanks
  q text not null,
  -- [{code, name}], best first
  data jsonb not null,
  kept_at timestamptz not null default now(),
  primary key (catalog, q)
);
create index facturapi_answers_kept_by_age on facturapi_answers_kept (kept_at);
grant select, insert, update on facturapi_answers_kept to timbra_app;
grant select, delete on facturapi_answers_kept to timbra_stamper;

-- Searches go ahead of everything, so a company may have few of them open.
create index stamping_calls_searching on stamping_calls (tenant_id)
  where kind = 'search_catalog' and state in ('queued', 'delayed', 'calling');

-- What is done and about no invoice of ours any more is removed after some days.
create index stamping_calls_passing on stamping_calls (done_at)
  where state = 'done' and kind in ('search_catalog', 'list_invoices', 'read_invoice');
create index stamping_attempts_passing on stamping_attempts (ended_at) where invoice_id is null;
grant delete on stamping_calls, stamping_attempts to timbra_stamper;
-- A delete looks for its rows.
grant select on stamping_attempts to timbra_stamper;

-- The operator reads dead calls in pages, newest first.
create index stamping_calls_dead_by_id on stamping_calls (id) where state = 'dead';
