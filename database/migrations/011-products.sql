-- What a company sells, found while one types, and what is known here of SAT's product keys.
set local role timbra_owner;

create table products (
  tenant_id uuid not null references tenants,
  id uuid not null,
  description text not null,
  -- c_ClaveProdServ and c_ClaveUnidad
  product_key text not null,
  unit_key text not null,
  unit_name text,
  price numeric(18, 6) not null check (price >= 0),
  tax_included boolean not null,
  -- c_ObjetoImp
  taxability text not null,
  -- [{type, factor, rate, withholding}], FacturAPI's defaults written out
  taxes jsonb not null,
  sku text,
  -- counts changes, for optimistic locking
  version bigint not null default 1,
  -- out of the search and the pickers, and not invoiced
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- the order of the list: the beginning is enough, and an entry of a B-tree has 2,700 bytes
  list_key text collate "C" not null
    generated always as (left(timbra_fold(description), 300)) stored,
  primary key (tenant_id, id)
);
-- AB-1 and ab-1 would be taken for one another. An archived product keeps its code.
create unique index products_by_sku on products (tenant_id, upper(sku)) where sku is not null;
create index products_listed on products (tenant_id, list_key, id) where archived_at is null;
create index products_archived on products (tenant_id, list_key, id) where archived_at is not null;
grant select, insert, update, delete on products to timbra_app;

-- Keys as in customer_words (007): the rotations of the description, and '#' with the SKU's letters
-- and digits, so that TOR-M8, tor m8 and torm8 are one. An archived product has none.
create table product_words (
  tenant_id uuid not null,
  key text collate "C" not null,
  product_id uuid not null,
  primary key (tenant_id, key, product_id)
);
grant select on product_words to timbra_app;
alter table product_words enable row level security;
create policy own_company on product_words using (tenant_id = timbra_tenant());

create function timbra_product_code(sku text) returns text
  language sql immutable parallel safe
  return '#' || replace(timbra_fold(sku), ' ', '');

create function timbra_product_keys(description text, sku text) returns setof text
  language sql immutable parallel safe as $$
  select timbra_rotations(timbra_fold(description))
  union
  select timbra_product_code(sku) where timbra_product_code(sku) <> '#'
$$;

-- Words to correct others by: a part number is nobody's misspelling, and there are many of them.
create function timbra_product_words(description text) returns text
  language sql immutable parallel safe strict
  return regexp_replace(timbra_fold(description), '[^ ]*[0-9][^ ]*', '', 'g');

-- As the owner, a whole statement at a time, in the order of the index: see customer_words.
create function timbra_index_products() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    insert into product_words (tenant_id, key, product_id)
    select n.tenant_id, key, n.id from new_rows n, timbra_product_keys(n.description, n.sku) key
     where n.archived_at is null order by 1, 2, 3;
    perform timbra_learn_words(
              'products', array_agg(tenant_id), array_agg(timbra_product_words(description)))
       from new_rows;
  elsif tg_op = 'DELETE' then
    delete from product_words w
     using old_rows o, timbra_product_keys(o.description, o.sku) of_old
     where w.tenant_id = o.tenant_id and w.key = of_old and w.product_id = o.id;
  else
    with present as (
      select o.tenant_id, key, o.id from old_rows o, timbra_product_keys(o.description, o.sku) key
       where o.archived_at is null),
    wanted as (
      select n.tenant_id, key, n.id from new_rows n, timbra_product_keys(n.description, n.sku) key
       where n.archived_at is null),
    removed as (
      delete from product_words w using (table present except table wanted) gone
       where w.tenant_id = gone.tenant_id and w.key = gone.key and w.product_id = gone.id)
    insert into product_words (tenant_id, key, product_id)
    select * from (table wanted except table present) fresh order by 1, 2, 3;
    perform timbra_learn_words(
              'products', array_agg(n.tenant_id), array_agg(timbra_product_words(n.description)))
       from new_rows n join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id
      where n.description <> o.description
     having count(*) > 0;
  end if;
  return null;
end $$;
create trigger products_inserted after insert on products
  referencing new table as new_rows for each statement execute function timbra_index_products();
create trigger products_updated after update on products
  referencing old table as old_rows new table as new_rows
  for each statement execute function timbra_index_products();
create trigger products_deleted after delete on products
  referencing old table as old_rows for each statement execute function timbra_index_products();

-- How many keys begin with a word, whichever word of the description it is; counting stops at 200.
create function timbra_product_word_count(company uuid, word text) returns bigint
  language sql stable as $$
  select count(*) from unnest(array[word, '^ ' || word]) start, lateral (
    select from product_words w
     where w.tenant_id = company and w.key >= start and w.key < start || timbra_range_end()
     limit 200) few
$$;

-- Those with every word as the beginning of one of theirs, in order of what follows the rarest word
-- typed, which leads; the others are looked for inside its rotations. A common word brings at most
-- 3 keys for each product wanted.
create function timbra_products_with(company uuid, words text[], most int, seen uuid[])
  returns uuid[] language plpgsql stable as $$
declare
  rarest text;
  fewest bigint;
  found bigint;
  word text;
  others text[];
begin
  foreach word in array words loop
    -- A word that says nothing has no rotation of its own: it may stand among the others.
    continue when timbra_is_filler(word) and cardinality(words) > 1;
    found := timbra_product_word_count(company, word);
    if found = 0 then return '{}'; end if;
    if fewest is null or found < fewest then
      fewest := found;
      rarest := word;
    end if;
  end loop;
  if rarest is null then return '{}'; end if;
  others := array(select '% ' || other || '%' from unnest(words) other where other <> rarest);
  return array(
    select hit.product_id from (
      select entry.product_id, min(entry.key) as first_key
        from unnest(array[rarest, '^ ' || rarest]) start, lateral (
          select w.product_id, w.key from product_words w
           where w.tenant_id = company
             and w.key >= start and w.key < start || timbra_range_end()
             and ' ' || w.key like all (others)
             and w.product_id <> all (seen)
           order by w.key, w.product_id limit most * 3) entry
       group by entry.product_id) hit
     order by first_key, hit.product_id limit most);
end $$;

create type timbra_product_hit as (product_id uuid, tier text, words text[]);

-- What was meant, when a word is nobody's: the first such word is tried with its three likeliest
-- corrections, every other one with its likeliest.
create function timbra_products_misspelt(company uuid, words text[], most int, seen uuid[])
  returns timbra_product_hit[] language plpgsql stable as $$
declare
  hits timbra_product_hit[] := '{}';
  mistyped text;
  meant text[] := words;
  tried text[];
  word text;
  last text := words[cardinality(words)];
begin
  foreach word in array words loop
    continue when length(word) < 4 or timbra_product_word_count(company, word) > 0;
    if mistyped is null then
      mistyped := word;
    else
      meant := array_replace(meant, word, coalesce((
        select c.word
          from timbra_closest_words(company, 'products', word, word = last, false, 1) c), word));
    end if;
  end loop;
  if mistyped is null then return hits; end if;
  for word in
    select c.word
      from timbra_closest_words(company, 'products', mistyped, mistyped = last, true, 3) c
  loop
    exit when cardinality(hits) >= most;
    tried := array_replace(meant, mistyped, word);
    hits := hits || array(
      select (id, 'typo', tried)::timbra_product_hit from unnest(timbra_products_with(
        company, tried, most - cardinality(hits),
        seen || array(select product_id from unnest(hits)))) id);
  end loop;
  return hits;
end $$;

-- What was typed, best first: the SKU, SKUs that begin so (5 at the most when only letters were
-- typed: those are meant for words), descriptions that start so, all words in any order, and when
-- fewer than 3 were found, what may have been meant. Plans are generic: planning anew costs more.
create function timbra_search_products(company uuid, typed text, most int)
  returns setof timbra_product_hit
  language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  ending text := timbra_range_end();
  folded text := btrim(left(timbra_fold(typed), 300));
  code text := timbra_product_code(typed);
  words text[] := (string_to_array(folded, ' '))[:8];
  hits timbra_product_hit[];
  seen uuid[];
begin
  perform set_config('timbra.tenant', company::text, true);
  if folded = '' then return; end if;
  hits := array(
    select (w.product_id, case when w.key = code then 'sku' else 'sku_prefix' end, words
           )::timbra_product_hit
      from product_words w
     where w.tenant_id = company and w.key >= code and w.key < code || ending
     order by w.key, w.product_id
     limit case when code ~ '[0-9]' then most else least(most, 5) end);
  seen := array(select product_id from unnest(hits));
  hits := hits || array(
    select (w.product_id, 'description_start', words)::timbra_product_hit
      from product_words w
     where w.tenant_id = company and w.key >= '^ ' || folded and w.key < '^ ' || folded || ending
       and w.product_id <> all (seen)
     order by w.key, w.product_id limit most - cardinality(hits));
  if cardinality(hits) < most then
    seen := array(select product_id from unnest(hits));
    hits := hits || array(
      select (id, 'words', words)::timbra_product_hit
        from unnest(timbra_products_with(company, words, most - cardinality(hits), seen)) id);
  end if;
  if cardinality(hits) < 3 then
    seen := array(select product_id from unnest(hits));
    hits := hits || timbra_products_misspelt(company, words, most - cardinality(hits), seen);
  end if;
  return query select * from unnest(hits);
end $$;

-- SAT's product keys (c_ClaveProdServ), as FacturAPI named them in answers to anybody: one
-- catalogue for all, so no company owns it.
create table sat_product_keys (
  code text primary key check (code ~ '^[0-9]{8}$'),
  name text not null,
  -- ' 50201706 cafe': what is typed is looked for as the beginning of a word
  words text not null generated always as (' ' || code || ' ' || timbra_fold(name)) stored,
  seen_at timestamptz not null default now()
);
create index sat_product_keys_by_words on sat_product_keys using gin (words gin_trgm_ops);
create index sat_product_keys_by_age on sat_product_keys (seen_at);
grant select, insert, update, delete on sat_product_keys to timbra_app;

-- Whether FacturAPI had no more than it sent.
alter table facturapi_answers_kept add column complete boolean not null default false;
