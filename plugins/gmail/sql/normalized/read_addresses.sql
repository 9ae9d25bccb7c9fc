-- The mailboxes that each distinct address text names, in order: address and name, the latter with its encoded words as they stand.
with simple as (
  select
    address_text,
    trim(case shape
      when 'quoted' then regexp_extract(plain_text, '"([^"]*)"', 1)
      when 'named' then regexp_extract(plain_text, '^([^<]*)<', 1)
      end) as display_name,
    case when shape = 'bare' then trim(plain_text) else regexp_extract(plain_text, '<([^<>]*)> *$', 1) end as address
  from normalized.address_texts
  where shape <> 'list'
),
segments as (
  select
    t.address_text,
    t.segment,
    min(case when t.token = 'angle' then t.value end) as angle,
    bool_or(t.token = 'angle' and not ends_with(t.value, '>')) or bool_or(t.token = 'text' and contains(t.value, '>')) as is_broken,
    arg_max(case when t.token <> 'space' then t.value end, case when t.token <> 'space' then t.place end) as last_token,
    string_agg(case
      when t.token = 'quoted' then replace(t.value, '"', '')
      when t.token in ('text', 'space', 'word') then t.value
      when t.token = 'comment' then ' '
      end, '' order by t.place) as words,
    string_agg(case when t.token in ('text', 'quoted', 'word', 'space') then replace(t.value, ',', '␆') end, '' order by t.place) as bare
  from normalized.address_tokens as t
  where t.token <> 'separator'
  group by t.address_text, t.segment
),
candidates as (
  select
    s.address_text,
    s.segment,
    a.ordinality as place,
    -- `address (name)` is how old mail servers write it.
    case
      when s.angle is not null then s.words
      when starts_with(s.last_token, '(') then regexp_replace(regexp_replace(s.last_token, '^[(]', ''), '[)]$', '')
    end as display_name,
    -- Comments are left out, and a route; so are spaces around @ and after a point.
    regexp_replace(regexp_replace(regexp_replace(trim(regexp_replace(
      regexp_replace(a.value, '[(][^()]*[)]', ''), ' +', ' ')), '^@[^:]*:', ''), ' *@ *', '@'), '[.] +', '.') as address
  from segments as s
  cross join unnest(split(case
    when s.angle is null then s.bare
    -- A comma within the quotes of a local part separates nothing.
    when regexp_like(s.angle, '^<"[^"]*"@[^",]*>$') then replace(replace(replace(s.angle, '<', ''), '>', ''), ',', '␆')
    else replace(replace(s.angle, '<', ''), '>', '')
  end, ',')) as a(value, ordinality)
  where not s.is_broken
),
listed as (
  select address_text, segment, place, regexp_replace(trim(regexp_replace(address, config('joiners'), '')), '[.]$', '') as address, display_name
  from candidates
  union all
  select address_text, 0 as segment, 0 as place, regexp_replace(trim(regexp_replace(address, config('joiners'), '')), '[.]$', '') as address, display_name
  from simple
),
cleaned as (
  select
    address_text,
    segment,
    place,
    lower(replace(replace(replace(replace(replace(replace(replace(
      address, '␆', ','), '␀', '\\'), '␁', '\"'), '␂', '('), '␃', ')'), '␄', '['), '␅', ']')) as address,
    trim(replace(replace(replace(replace(replace(replace(replace(
      display_name, '\', ''), '␀', '\'), '␁', '"'), '␂', '('), '␃', ')'), '␄', '['), '␅', ']')) as name_text
  from listed
  -- One @ between a local part (atoms, or one quoted string) and a domain; no empty labels.
  where regexp_like(address, '^([^ "(),:;<>@␀␁␂␃␄␅␆]+|"[^"]*")@([^ "(),:;<>@␀␁␂␃␄␅␆]+|␄[^␅]*␅)$')
    and (starts_with(address, '"') or not contains(address, '\'))
    and not regexp_like(address, '[.][.][^"]*$')
    and not regexp_like(address, '(^[.]|[.]@|@[.]|@-|[.]$)')
    and length(address) <= 320
)
select
  address_text,
  row_number() over (partition by address_text order by segment, place) as place,
  address,
  nullif(name_text, '') as name_text
from cleaned
