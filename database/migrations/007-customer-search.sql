-- Search while one types, over a million customers, with plain B-trees.
--
-- What can be typed for a customer stands in customer_words as keys, each a text that a range scan
-- of an index finds by its beginning:
--   ^ garcia lopez juan     the name as it starts
--   lopez juan ^ garcia     the name from another word on, then the words before: a rotation
--   #galj800101ab1          the RFC
--   @juan@correo.mx         the e-mail
-- A query's other words are filtered inside the same index-only scan, since a rotation holds them
-- all. No LIKE finds rows here: under row-level security it is not leakproof, and a trigram index
-- would be left aside for a filter over the whole company (measured: 447 ms beside 0.35 ms).
--
-- For another feature, with a table like customer_words and triggers like those below:
--   timbra_fold(text)                     what is typed and what is kept, made comparable (002)
--   timbra_is_filler(word)                a word that says nothing: articles, company suffixes
--   timbra_rotations(folded)              the keys of a folded name, '^ ' the first
--   timbra_range_end()                    key >= typed and key < typed || timbra_range_end()
--   timbra_sound(word)                    how a Spanish speaker hears it, for misspellings
--   timbra_word_distance(typed, its sound, word, its sound)    how far a correction goes
--   search_vocabulary, timbra_learn_words(kind, tenants, folded)   the words that a company has
--   timbra_closest_words(tenant, kind, typed, unfinished, all_near, most)  corrections, best first
--   timbra_text_place(stored, folded, start, length)  a folded text's place in the stored one
-- The search sets timbra.tenant for its transaction, and the policies below hold it to that.
set local role timbra_owner;

create function timbra_is_filler(word text) returns boolean
  language sql immutable parallel safe strict
  return word in ('sa', 'de', 'cv', 's', 'c', 'rl', 'r', 'l', 'v', 'a', 'del', 'la', 'las', 'los', 'el',
                  'y', 'e', 'en', 'sapi', 'sab', 'sas', 'sc', 'ac', 'cia', '&');

-- Above every text that goes on: '~' is not, since e-mails hold what sorts behind it.
create function timbra_range_end() returns text
  language sql immutable parallel safe
  return U&'\+10FFFF';

-- At most 300 letters and 24 rotations of a name: an entry of a B-tree has 2,700 bytes.
create function timbra_rotations(folded text) returns setof text
  language sql immutable parallel safe strict as $$
  select case when i = 1 then '^ ' || array_to_string(w, ' ')
              else array_to_string(w[i:], ' ') || ' ^ ' || array_to_string(w[:i - 1], ' ') end
    from (select string_to_array(btrim(left(folded, 300)), ' ') as w) name,
         generate_series(1, least(cardinality(w), 24)) i
   where i = 1 or not timbra_is_filler(w[i])
$$;

-- b = v = w, s = z = x = soft c, k = qu = hard c, j = soft g, ll = y = i, no h, n before b and p is
-- m, doubled letters are one. In Spanish America all of these are heard alike (seseo, yeismo), and
-- they are what misspelt names differ in.
create function timbra_sound(word text) returns text
  language sql immutable parallel safe strict
  return regexp_replace(
    replace(replace(replace(replace(
      translate(
        replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
          word, 'ch', 'C'), 'ph', 'f'), 'h', ''), 'll', 'y'), 'qu', 'k'), 'gue', 'Ge'), 'gui', 'Gi'),
          'ge', 'je'), 'gi', 'ji'), 'ce', 'se'),
        'vwzxyqG', 'bbssikg'),
      'ci', 'si'), 'c', 'k'), 'nb', 'mb'), 'np', 'mp'),
    '(.)\1+', '\1', 'g');

-- What can be typed: see above. An archived customer has no keys.
create function timbra_customer_keys(legal_name text, tax_id text, email text) returns setof text
  language sql immutable parallel safe as $$
  select timbra_rotations(timbra_fold(legal_name))
  union all
  select '#' || left(replace(timbra_fold(tax_id), ' ', ''), 40)
  union all
  select '@' || left(lower(email), 254) where email <> ''
$$;

-- Whether each letter of it is one of the other. Three bytes beyond one a letter may be one that takes
-- two units in UTF-16: then one better looks.
create function timbra_keeps_places(folded text, stored text) returns boolean
  language sql immutable parallel safe strict
  return length(folded) = length(stored) and octet_length(stored) - length(stored) < 3;

-- What the search answers of a customer, but for its closing brace: put together when a customer is
-- written and not twenty times for every key that somebody presses (0.5 ms beside 0.05 ms).
create function timbra_json_text(words text) returns text language sql immutable parallel safe
  as $$ select coalesce(to_json(words)::text, 'null') $$;
alter table customers add column card text not null generated always as (
  '{"id":"' || id || '","legal_name":' || timbra_json_text(legal_name)
  || ',"tax_id":' || timbra_json_text(tax_id) || ',"tax_system":' || timbra_json_text(tax_system)
  || ',"email":' || timbra_json_text(email) || ',"phone":' || timbra_json_text(phone)
  || ',"default_invoice_use":' || timbra_json_text(default_invoice_use)
  || ',"rfc_check_digit_accepted":' || case when rfc_check_digit_accepted then 'true' else 'false' end
  || ',"address":{"zip":' || timbra_json_text(zip) || '}') stored,
  add column name_keeps_places boolean not null generated always as
    (timbra_keeps_places(timbra_fold(legal_name), legal_name)) stored;

create table customer_words (
  tenant_id uuid not null,
  -- 0 invoiced often and lately, 1 about monthly, 2 once in a while, 3 not: see customer_heat
  coldness smallint not null check (coldness between 0 and 3),
  key text collate "C" not null,
  customer_id uuid not null,
  primary key (tenant_id, coldness, key, customer_id)
);

-- The words of each company, to correct what is mistyped by what that company has. No counters: a
-- row that many write is a queue. Not unique either: two imports that add the same words in
-- different orders would wait for each other. A word may stand twice, or outlive its last customer;
-- a correction counts only if it finds somebody.
create table search_vocabulary (
  tenant_id uuid not null,
  kind text not null check (kind in ('customers', 'products')),
  word text collate "C" not null,
  sound text collate "C" not null
);
create index search_vocabulary_by_sound on search_vocabulary (tenant_id, kind, sound, word);

-- Words of four letters and more: shorter ones are as soon typed again. In the order of the words,
-- so that imports side by side visit pages alike.
create function timbra_learn_words(of_kind text, tenants uuid[], folded text[]) returns void
  language sql as $$
  insert into search_vocabulary (tenant_id, kind, word, sound)
  select tenant_id, of_kind, word, sound
    from (select distinct given.tenant_id, word, timbra_sound(word) as sound
            from unnest(tenants, folded) as given(tenant_id, name),
                 unnest(string_to_array(left(given.name, 300), ' ')) word
           where length(word) between 4 and 40) seen
   where not exists (
     select from search_vocabulary v
      where v.tenant_id = seen.tenant_id and v.kind = of_kind
        and v.sound = seen.sound and v.word = seen.word)
   order by tenant_id, sound, word
$$;

-- Mistakes: one for a letter that sounds otherwise, is missing or too many; 1.1 for two that changed
-- places (Damerau counts one, levenshtein two); a quarter for one that only looks otherwise; a half
-- more for the first letter, which people rarely miss (Yannakoudakis and Fawthrop 1983). Of a word
-- that may be unfinished only its beginning is compared, for 0.4.
create function timbra_word_distance(
  typed text, typed_sound text, word text, sound text, unfinished boolean
) returns real language sql immutable parallel safe as $$
  select (least(
           heard + 0.25 * looks,
           case when looks = 2 and length(typed) = length(word) and exists (
                  select from generate_series(1, length(typed) - 1) i
                   where overlay(typed placing reverse(substr(typed, i, 2)) from i for 2) = word)
                then 1.1 end,
           case when unfinished and length(word) > length(typed)
                then 0.4 + levenshtein_less_equal(typed_sound, left(sound, length(typed_sound)), 4)
                     + 0.25 * levenshtein_less_equal(typed, left(word, length(typed)), 4) end)
         + case when left(typed_sound, 1) = left(sound, 1) then 0 else 0.5 end)::real
    from (select levenshtein_less_equal(typed, word, 4) as looks,
                 levenshtein_less_equal(typed_sound, sound, 4) as heard) letters
$$;

-- All texts that are one mistake away from a sound: a letter missing, too many, another one, or two
-- that changed places. Some forty for each letter (P. Norvig, How to Write a Spelling Corrector).
create function timbra_one_mistake(sound text) returns setof text
  language sql immutable parallel safe strict as $$
  select overlay(sound placing '' from i for 1) from generate_series(1, length(sound)) i
  union
  select overlay(sound placing reverse(substr(sound, i, 2)) from i for 2)
    from generate_series(1, length(sound) - 1) i
  union
  select overlay(sound placing letter from i for long)
    from generate_series(1, length(sound) + 1) i, generate_series(0, 1) long,
         string_to_table('abdefgijklmnoprstuC', null) letter
$$;

-- Words of the company that may have been meant, the likeliest first: those that sound the same;
-- without any, or when `all_near` of them are wanted, those one mistake away; without any, those that
-- begin alike and are two away. The
-- mistakes are made on what was typed and each is looked for in the index, some 400 probes for ten
-- letters, whatever the size of the vocabulary: 0.5 ms, where comparing words with the same beginning
-- or end took 17 ms of 70,000. With `unfinished` words that go on are candidates too.
create function timbra_closest_words(
  tenant uuid, of_kind text, typed text, unfinished boolean, all_near boolean, most int
) returns table (word text, distance real) language plpgsql stable as $$
declare
  s text := timbra_sound(typed);
  n int := length(s);
  probes text[];
  head text := left(s, greatest(3, (n + 1) / 2));
begin
  if n < 3 or n > 24 or length(typed) > 40 then return; end if;
  return query
  select distinct v.word, timbra_word_distance(typed, s, v.word, v.sound, false) as far
    from search_vocabulary v
   where v.tenant_id = tenant and v.kind = of_kind and v.sound = s and v.word <> typed
   order by far, v.word limit most;
  if found and not all_near then return; end if;
  probes := array(
    select timbra_one_mistake(s)
    union
    -- letters that changed places may sound otherwise beside others: 'ec' for 'ce'
    select timbra_sound(overlay(typed placing reverse(substr(typed, i, 2)) from i for 2))
      from generate_series(1, length(typed) - 1) i);
  if unfinished then
    return query
    select distinct v.word, timbra_word_distance(typed, s, v.word, v.sound, true) as far
      from (select s as sound union select unnest(probes)) probe,
           lateral (select k.word, k.sound from search_vocabulary k
                     where k.tenant_id = tenant and k.kind = of_kind
                       and k.sound >= probe.sound and k.sound < probe.sound || timbra_range_end()
                     order by k.sound, k.word limit 4) v
     where v.word <> typed
     order by far, v.word limit most;
  else
    return query
    select distinct v.word, timbra_word_distance(typed, s, v.word, v.sound, false) as far
      from search_vocabulary v
     where v.tenant_id = tenant and v.kind = of_kind
       and v.sound = any (probes) and v.word <> typed
     order by far, v.word limit most;
  end if;
  if found or n < 6 then return; end if;
  return query
  select distinct v.word, timbra_word_distance(typed, s, v.word, v.sound, unfinished) as far
    from (select k.word, k.sound from search_vocabulary k
           where k.tenant_id = tenant and k.kind = of_kind
             and k.sound >= head and k.sound < head || timbra_range_end()
           order by k.sound limit 500) v
   where levenshtein_less_equal(s, case when unfinished then left(v.sound, n) else v.sound end, 2) <= 2
   order by far, v.word limit most;
end $$;

-- Where a piece of the folded text lies in the text as it is kept, in UTF-16 units, as browsers and
-- JavaScript count: {start, length}.
create function timbra_text_place(stored text, from_folded int, folded_length int) returns int[]
  language plpgsql immutable parallel safe strict as $$
declare
  ch text;
  units int := 0;       -- UTF-16 units read so far
  folded int := 0;      -- folded letters so far
  gap boolean := false; -- signs since the last letter: one blank, when a letter follows
  starts int;
  ends int := 0;
begin
  foreach ch in array string_to_array(stored, null) loop
    if ch between U&'\0300' and U&'\036F' then
      -- an accent that stands apart belongs to its letter
      if starts is not null and ends = units then ends := ends + 1; end if;
    elsif ch not in ('.', '''') then
      if timbra_fold(ch) = '' then
        gap := folded > 0;
      else
        if gap then folded := folded + 1; gap := false; end if;
        exit when folded >= from_folded + folded_length;
        if folded >= from_folded then
          starts := coalesce(starts, units);
          ends := units + 1;
        end if;
        folded := folded + 1;
      end if;
    end if;
    units := units + case when ascii(ch) > 65535 then 2 else 1 end;
  end loop;
  return array[coalesce(starts, 0), greatest(0, ends - coalesce(starts, 0))];
end $$;

-- Who wrote invoices to whom, for the ranking: one line for each invoice, appended with it and
-- folded into customer_heat about once a minute. Counted in place, a much invoiced customer would
-- be a row that all acceptances wait for.
create table customer_uses (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  customer_id uuid not null,
  used_at timestamptz not null
);

-- How often and lately each customer was invoiced: the sum of 2^(-age / 30 days) over the invoices.
-- Kept as the moment at which that sum is one, since all fall alike: the order of two customers
-- changes only when one of them is used again (J. Ruderman, Mozilla's frecency; Cormode,
-- Shkapenyuk, Srivastava and Xu, Forward Decay, 2009). Coldness 0 from a sum of 4 on (about weekly
-- for a month), 1 from 1 on (about monthly), 2 from 1/16 on (one invoice counts 120 days).
create table customer_heat (
  tenant_id uuid not null,
  customer_id uuid not null,
  one_at timestamptz not null,
  coldness smallint not null check (coldness between 0 and 3),
  -- when its coldness has to be looked at again
  turns_at timestamptz not null,
  primary key (tenant_id, customer_id)
);
create index customer_heat_turning on customer_heat (turns_at);

create function timbra_note_customer_uses() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into customer_uses (tenant_id, customer_id, used_at)
  select tenant_id, customer_id, least(date, now()) from new_rows where customer_id is not null;
  return null;
end $$;
create trigger invoices_use_customers after insert on invoices
  referencing new table as new_rows for each statement execute function timbra_note_customer_uses();

create function timbra_coldness(one_at timestamptz) returns smallint language sql stable
  return case when one_at >= now() + interval '60 days' then 0 when one_at >= now() then 1
              when one_at >= now() - interval '120 days' then 2 else 3 end::smallint;

-- Folds at most so many noted uses into the heat; answers how many. One at a time does it.
create function timbra_fold_customer_uses(batch_max int) returns int
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  half_life constant float8 := 30 * 86400; -- seconds
  folded int;
begin
  -- "TMBU" as a 32-bit integer
  if not pg_try_advisory_xact_lock(x'544d4255'::int) then return 0; end if;
  with taken as (
    delete from customer_uses where id in (select id from customer_uses order by id limit batch_max)
    returning tenant_id, customer_id, used_at),
  added as (
    select tenant_id, customer_id, count(*) as uses,
           -- after a thousand half-lives nothing is left, and float8 has no smaller number
           sum(power(2, greatest(-1000, extract(epoch from used_at - now()) / half_life))) as points
      from taken group by tenant_id, customer_id),
  heated as (
    insert into customer_heat as h (tenant_id, customer_id, one_at, coldness, turns_at)
    select tenant_id, customer_id, now() + log2_seconds * interval '1 s', 3, now()
      from added, lateral (select ln(points) / ln(2) * half_life as log2_seconds) s
    on conflict (tenant_id, customer_id) do update set turns_at = now(), one_at = now()
      + ln(power(2, greatest(-1000, extract(epoch from h.one_at - now()) / half_life))
           + power(2, greatest(-1000, extract(epoch from excluded.one_at - now()) / half_life)))
        / ln(2) * half_life * interval '1 s')
  select coalesce(sum(uses), 0) into folded from added;
  return folded;
end $$;

-- Moves the keys of at most so many customers whose coldness has changed since, up by use or down by
-- time; answers how many were looked at.
create function timbra_turn_customers(batch_max int) returns int
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  tenants uuid[];
  ids uuid[];
begin
  if not pg_try_advisory_xact_lock(x'544d4255'::int) then return 0; end if;
  -- Whoever renames a customer holds its row while writing its keys; one at work now comes later.
  with due as (
    select h.tenant_id, h.customer_id
      from customer_heat h join customers c on c.tenant_id = h.tenant_id and c.id = h.customer_id
     where h.turns_at <= now() order by h.turns_at limit batch_max
       for no key update of c skip locked)
  select array_agg(tenant_id), array_agg(customer_id) into tenants, ids from due;

  update customer_words w set coldness = timbra_coldness(h.one_at)
    from unnest(tenants, ids) due(tenant_id, customer_id)
    join customer_heat h on h.tenant_id = due.tenant_id and h.customer_id = due.customer_id
    join customers c on c.tenant_id = due.tenant_id and c.id = due.customer_id,
         timbra_customer_keys(c.legal_name, c.tax_id, c.email) own(key)
   where h.coldness <> timbra_coldness(h.one_at)
     and w.tenant_id = c.tenant_id and w.coldness = h.coldness
     and w.key = own.key and w.customer_id = c.id;
  update customer_heat h set coldness = timbra_coldness(one_at), turns_at = one_at +
         case timbra_coldness(one_at) when 0 then interval '-60 days' when 1 then interval '0'
                                      else interval '120 days' end
    from unnest(tenants, ids) due(tenant_id, customer_id)
   where h.tenant_id = due.tenant_id and h.customer_id = due.customer_id;
  delete from customer_heat h using unnest(tenants, ids) due(tenant_id, customer_id)
   where h.tenant_id = due.tenant_id and h.customer_id = due.customer_id and h.coldness = 3;
  return coalesce(cardinality(ids), 0);
end $$;

-- The keys follow the customers, a whole statement at a time: an import writes thousands. As the
-- owner, so that nobody else need write them.
create function timbra_index_customers() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'DELETE' then
    delete from customer_words w
     using old_rows o, timbra_customer_keys(o.legal_name, o.tax_id, o.email) gone(key)
     where w.tenant_id = o.tenant_id and w.coldness in (0, 1, 2, 3)
       and w.key = gone.key and w.customer_id = o.id;
    delete from customer_heat h using old_rows o
     where h.tenant_id = o.tenant_id and h.customer_id = o.id;
    return null;
  end if;
  if tg_op = 'INSERT' then
    insert into customer_words (tenant_id, coldness, key, customer_id)
    select n.tenant_id, 3, key, n.id
      from new_rows n, timbra_customer_keys(n.legal_name, n.tax_id, n.email) key
     where n.archived_at is null
     order by 1, 3, 4;
    perform timbra_learn_words('customers', array_agg(tenant_id), array_agg(timbra_fold(legal_name)))
       from new_rows;
    return null;
  end if;
  with changed as (
    select n.tenant_id, n.id,
           n.legal_name as name, n.tax_id as code, n.email as mail, n.archived_at is null as shown,
           o.legal_name as was_name, o.tax_id as was_code, o.email as was_mail,
           o.archived_at is null as was_shown
      from new_rows n join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id
     where (n.legal_name, n.tax_id, n.email, n.archived_at is null)
           is distinct from (o.legal_name, o.tax_id, o.email, o.archived_at is null)),
  wanted as (
    select tenant_id, id, key from changed, timbra_customer_keys(name, code, mail) given(key)
     where shown),
  present as (
    select tenant_id, id, key
      from changed, timbra_customer_keys(was_name, was_code, was_mail) given(key)
     where was_shown),
  removed as (
    delete from customer_words w using (table present except table wanted) gone
     where w.tenant_id = gone.tenant_id and w.coldness in (0, 1, 2, 3)
       and w.key = gone.key and w.customer_id = gone.id)
  insert into customer_words (tenant_id, coldness, key, customer_id)
  select fresh.tenant_id, coalesce(h.coldness, 3), fresh.key, fresh.id
    from (table wanted except table present) fresh
    left join customer_heat h on h.tenant_id = fresh.tenant_id and h.customer_id = fresh.id
   order by 1, 3, 4;
  perform timbra_learn_words('customers', array_agg(n.tenant_id), array_agg(timbra_fold(n.legal_name)))
     from new_rows n join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id
    where n.legal_name <> o.legal_name
   having count(*) > 0;
  return null;
end $$;
create trigger customers_inserted after insert on customers
  referencing new table as new_rows for each statement execute function timbra_index_customers();
create trigger customers_updated after update on customers
  referencing old table as old_rows new table as new_rows
  for each statement execute function timbra_index_customers();
create trigger customers_deleted after delete on customers
  referencing old table as old_rows for each statement execute function timbra_index_customers();

-- Customers and invoices that were there before.
insert into customer_words (tenant_id, coldness, key, customer_id)
select c.tenant_id, 3, key, c.id
  from customers c, timbra_customer_keys(c.legal_name, c.tax_id, c.email) key order by 1, 3, 4;
select timbra_learn_words('customers', array_agg(tenant_id), array_agg(timbra_fold(legal_name)))
  from customers;
insert into customer_uses (tenant_id, customer_id, used_at)
select tenant_id, customer_id, least(date, now()) from invoices where customer_id is not null;

-- Nothing else looked into it.
alter table customers drop column search_text;

-- Beside the company in every statement: what the search reads is also held to the one that it set.
alter table customer_words enable row level security;
alter table search_vocabulary enable row level security;
alter table customer_uses enable row level security;
alter table customer_heat enable row level security;
create function timbra_tenant() returns uuid language sql stable
  return nullif(current_setting('timbra.tenant', true), '')::uuid;
create policy own_company on customer_words using (tenant_id = timbra_tenant());
create policy own_company on search_vocabulary using (tenant_id = timbra_tenant());
create policy own_company on customer_uses using (tenant_id = timbra_tenant());
create policy own_company on customer_heat using (tenant_id = timbra_tenant());

revoke execute on function timbra_fold_customer_uses, timbra_turn_customers from public;
grant execute on function timbra_fold_customer_uses, timbra_turn_customers to timbra_app;
grant select on customer_words, search_vocabulary to timbra_app;

-- The search itself. Every statement is a few range scans of customer_words_pkey, each with a bound;
-- the plans are generic, for planning anew costs more than they do.

create type timbra_hit as (customer_id uuid, key text, tier smallint, marks text);

-- Those whose key begins as `start`, the warmest first.
create function timbra_customers_from(
  tenant uuid, start text, most int, seen uuid[], of_tier int, marks text
) returns timbra_hit[] language sql stable as $$
  select array(
    select (k.customer_id, k.key, of_tier, marks)::timbra_hit
      from unnest('{0,1,2,3}'::smallint[]) cold,
           lateral (select w.customer_id, w.key from customer_words w
                     where w.tenant_id = tenant and w.coldness = cold
                       and w.key >= start and w.key < start || timbra_range_end()
                       and w.customer_id <> all (seen)
                     order by w.key, w.customer_id limit most) k
     order by k.key <> start and of_tier = 2, cold, k.key, k.customer_id limit most)
$$;

-- Those of whom every word begins some word of the name, in any order. The rarest word leads, by
-- counts that stop at 200; the others are looked for inside the rotations that begin with it.
create function timbra_customers_by_words(
  tenant uuid, words text[], colds smallint[], most int, seen uuid[], of_tier int
) returns timbra_hit[] language plpgsql stable as $$
declare
  lead text := words[1];
  times int;
  others text[];
begin
  if cardinality(words) > 1 then
    select word, n into lead, times
      from unnest(words) word,
           lateral (select count(*) as n from (
             select from unnest(array['^ ' || word, word]) start, unnest(colds) cold,
                    lateral (select from customer_words w
                              where w.tenant_id = tenant and w.coldness = cold
                                and w.key >= start and w.key < start || timbra_range_end()
                              limit 200) k
              limit 200) some_keys) counted
     order by timbra_is_filler(word), n, length(word) desc limit 1;
    if times = 0 then return '{}'; end if;
    others := array(select '% ' || word || '%' from unnest(words) word where word <> lead);
  end if;
  return array(
    select (customer_id, (array_agg(key order by place))[1], of_tier,
            array_to_string(words, ' '))::timbra_hit
      from (select k.customer_id, k.key,
                   row_number() over (order by cold, start <> lead, k.key, k.customer_id) as place
              from unnest(array['^ ' || lead, lead]) start, unnest(colds) cold,
                   lateral (select w.customer_id, w.key from customer_words w
                             where w.tenant_id = tenant and w.coldness = cold
                               and w.key >= start and w.key < start || timbra_range_end()
                               and (others is null or w.key like all (others))
                               and w.customer_id <> all (seen)
                             -- one customer may be there with several words
                             order by w.key, w.customer_id limit 2 * most) k) found
     group by customer_id order by min(place) limit most);
end $$;

-- Words that nobody here has are replaced by those that may have been meant; when all are known, each
-- in turn is. Whom we invoice comes first, then whose spelling is closest.
create function timbra_customers_misspelt(tenant uuid, words text[], most int, seen uuid[])
returns timbra_hit[] language plpgsql stable as $$
declare
  hits timbra_hit[] := '{}';
  readings text[];
  far real[];
  colds smallint[];
  opening text;
  i int;
begin
  with recursive typed as (
    select word, nth, timbra_is_filler(word) or length(word) < 3 or exists (
             select from unnest(array['^ ' || word, word]) start, unnest('{0,1,2,3}'::smallint[]) cold,
                    lateral (select from customer_words w
                              where w.tenant_id = tenant and w.coldness = cold
                                and w.key >= start and w.key < start || timbra_range_end()
                              limit 1) k) as known
      from unnest(words) with ordinality as given(word, nth)),
  corrected as (
    select t.nth, c.word, min(c.distance) as distance
      from typed t, timbra_closest_words(
             tenant, 'customers', t.word, not t.known and t.nth = cardinality(words),
             cardinality(words) > 1, 16) c
     where c.word <> t.word and length(t.word) >= 3 and not timbra_is_filler(t.word)
       and (not t.known or not exists (select from typed u where not u.known))
     group by t.nth, c.word),
  choices as (
    select nth, word, distance from corrected
    union all
    select nth, word, 0 from typed where known
    union all
    -- a word that is nothing like any other is left out, if there are others
    select nth, null, 4 from typed t where not known and cardinality(words) > 1
       and not exists (select from corrected c where c.nth = t.nth)),
  readings as (
    select 0::bigint as nth, '' as reading, 0::real as distance, 0 as changes
    union all
    select c.nth, concat_ws(' ', nullif(r.reading, ''), c.word), (r.distance + c.distance)::real,
           r.changes + (c.distance > 0)::int
      from readings r join choices c on c.nth = r.nth + 1
      join typed t on t.nth = c.nth
     where not t.known or c.distance = 0 or r.changes = 0)
  select array_agg(reading order by distance, reading), array_agg(distance order by distance, reading)
    into readings, far
    from (select reading, distance from readings
           where nth = cardinality(words) and changes > 0 and reading <> ''
           order by distance, reading limit 16) best;
  foreach colds slice 1 in array '{{0,1,2},{3,3,3}}'::smallint[][] loop
    for i in 1 .. coalesce(cardinality(readings), 0) loop
      exit when cardinality(hits) >= most or (colds[1] = 0 and far[i] > far[1] + 1);
      if colds[1] = 3 and strpos(readings[i], ' ') > 0 then
        foreach opening in array array['^ ' || readings[i], readings[i]] loop
          hits := hits || timbra_customers_from(
            tenant, opening, most - cardinality(hits),
            seen || array(select customer_id from unnest(hits)), 6, readings[i]);
        end loop;
      end if;
      hits := hits || timbra_customers_by_words(
        tenant, string_to_array(readings[i], ' '), case colds[1] when 0 then colds else '{3}' end,
        most - cardinality(hits), seen || array(select customer_id from unnest(hits)), 6);
    end loop;
  end loop;
  return hits;
end $$;

-- What was matched where, as JSON. The key holds the folded name.
create function timbra_match_json(
  tier int, key text, marks text, legal_name text, name_keeps_places boolean
) returns text language plpgsql immutable as $$
declare
  folded text := case when starts_with(key, '^ ') then substr(key, 3)
                      else split_part(key, ' ^ ', 2) || ' ' || split_part(key, ' ^ ', 1) end;
  mark text;
  place int[];
  ranges text := '';
begin
  foreach mark in array case tier when 4 then array[marks] else string_to_array(marks, ' ') end loop
    place := array[strpos(' ' || folded, ' ' || mark) - 1, length(mark)];
    continue when place[1] < 0;
    if not name_keeps_places then place := timbra_text_place(legal_name, place[1], place[2]); end if;
    ranges := ranges || case ranges when '' then '' else ',' end
      || '{"field":"legal_name","start":' || place[1] || ',"length":' || place[2] || '}';
  end loop;
  return '{"tier":"' || (array['name_start', 'words', 'typo'])[tier - 3] || '","ranges":[' || ranges || ']}';
end $$;

-- The same where it is the beginning of a field that is kept as it is typed.
create function timbra_start_json(tier text, field text, length int) returns text
  language sql immutable
  return '{"tier":"' || tier || '","ranges":[' || case when length = 0 then '' else
    '{"field":"' || field || '","start":0,"length":' || length || '}' end || ']}';

-- The answer of GET /api/customers, as text: built here once instead of row by row in three places.
create function timbra_search_customers(tenant uuid, typed text, most int) returns text
  language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  q text := timbra_fold(typed);
  code text := replace(q, ' ', '');
  words text[];
  telling text[];
  hits timbra_hit[] := '{}';
  seen uuid[] := '{}';
  exact text;
  begun text;
  mailed text;
  named text;
begin
  perform set_config('timbra.tenant', tenant::text, true);
  if position('@' in typed) > 0 then
    q := lower(btrim(normalize(typed, nfc)));
    hits := timbra_customers_from(tenant, '@' || q, most, seen, 3, q);
    mailed := timbra_start_json('email', 'email', length(q));
  elsif q <> '' or btrim(typed) = '' then
    if code ~ '[0-9]' or q ~ '^[a-z&]{1,4}$' then
      -- letters alone begin an RFC by accident
      hits := timbra_customers_from(tenant, '#' || code,
        case when code ~ '[0-9]' then most else least(most, 5) end, seen, 2, code);
      seen := array(select customer_id from unnest(hits));
      exact := timbra_start_json('tax_id', 'tax_id', length(code));
      begun := timbra_start_json('tax_id_prefix', 'tax_id', length(code));
    end if;
    if cardinality(hits) < most then
      hits := hits || timbra_customers_from(tenant, '^ ' || q, most - cardinality(hits), seen, 4, q);
    end if;
    if cardinality(hits) < most and q <> '' then
      words := string_to_array(q, ' ');
      if cardinality(words) > 1 then
        seen := array(select customer_id from unnest(hits));
        hits := hits || timbra_customers_from(tenant, q, most - cardinality(hits), seen, 5, q);
        words := array(
          select word from unnest(words) with ordinality as given(word, nth)
           where not exists (select from unnest(words) longer
                              where longer <> word and starts_with(longer, word))
           group by word order by min(nth) limit 6);
      end if;
      if cardinality(hits) < most then
        seen := array(select customer_id from unnest(hits));
        hits := hits || timbra_customers_by_words(
          tenant, words, '{0,1,2,3}', most - cardinality(hits), seen, 5);
      end if;
      telling := array(select word from unnest(words) word where not timbra_is_filler(word));
      if cardinality(hits) < least(most, 3) and cardinality(telling) between 1 and cardinality(words) - 1 then
        -- company suffixes and articles are typed, yet not always kept
        seen := array(select customer_id from unnest(hits));
        hits := hits || timbra_customers_by_words(
          tenant, telling, '{0,1,2,3}', most - cardinality(hits), seen, 5);
      end if;
      -- with all words known together somewhere, or the beginning of some name, nothing was mistyped
      if cardinality(hits) < least(most, 3) and length(q) >= 4 and code !~ '^[a-z&]{3,4}[0-9]'
         and cardinality(telling) > 0
         and (cardinality(hits) = 0 or cardinality(telling) = 1
              and not exists (select from unnest(hits) hit where hit.tier = 4)) then
        seen := array(select customer_id from unnest(hits));
        hits := hits || timbra_customers_misspelt(tenant, telling, most - cardinality(hits), seen);
      end if;
    end if;
  end if;
  named := timbra_start_json('name_start', 'legal_name', length(q));
  return '{"data":[' || coalesce((
    select string_agg(c.card || ',"match":' || case
             when h.tier = 2 then case when h.key = '#' || code then exact else begun end
             when h.tier = 3 then mailed
             when h.tier = 4 and c.name_keeps_places then named
             else timbra_match_json(h.tier, h.key, h.marks, c.legal_name, c.name_keeps_places) end || '}',
             ',' order by h.nth)
      from unnest(hits) with ordinality as h(customer_id, key, tier, marks, nth)
      join customers c on c.tenant_id = tenant and c.id = h.customer_id), '') || ']}';
end $$;
