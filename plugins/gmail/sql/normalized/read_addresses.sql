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
-- Who forgets a comma, or to close a bracket, still names every mailbox: what comes before a bracket belongs to it.
placed as (
  select
    address_text, segment, place, token, value,
    coalesce(sum(case when token = 'angle' then 1 else 0 end) over (
      partition by address_text, segment order by place rows between unbounded preceding and 1 preceding), 0) as nth
  from normalized.address_tokens
  where token <> 'separator'
),
segments as (
  select
    t.address_text,
    t.segment,
    t.nth,
    min(case when t.token = 'angle' then t.value end) as angle,
    bool_or(t.token = 'text' and contains(t.value, '>')) as is_broken,
    arg_max(case when t.token <> 'space' then t.value end, case when t.token <> 'space' then t.place end) as last_token,
    string_agg(case
      when t.token = 'quoted' then replace(t.value, '"', '')
      when t.token in ('text', 'space', 'word') then t.value
      when t.token = 'comment' then ' '
      end, '' order by t.place) as words,
    string_agg(case when t.token in ('text', 'quoted', 'word', 'space') then replace(t.value, ',', '␆') end, '' order by t.place) as bare
  from placed as t
  group by t.address_text, t.segment, t.nth
),
candidates as (
  select
    s.address_text,
    s.segment,
    s.nth,
    a.ordinality as place,
    -- `address (name)` is how old mail servers write it.
    case
      when s.angle is not null then s.words
      when starts_with(s.last_token, '(') then regexp_replace(regexp_replace(s.last_token, '^[(]', ''), '[)]$', '')
    end as display_name,
    -- Comments are left out, and a route; so are spaces around @ and points.
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(regexp_replace(
      regexp_replace(a.value, '[(][^()]*[)]', ''), ' +', ' ')), '^@[^:]*:', ''), ' *@ *', '@'), '[.] +', '.'), ' +[.]', '.') as address
  from segments as s
  cross join unnest(split(case
    when s.angle is null then s.bare
    -- A comma within the quotes of a local part separates nothing.
    when regexp_like(s.angle, '^<"[^"]*"@[^",]*>$') then replace(replace(replace(s.angle, '<', ''), '>', ''), ',', '␆')
    else replace(replace(replace(s.angle, '<', ''), '>', ''), ';', ',')
  end, ',')) as a(value, ordinality)
  where not s.is_broken
),
-- A link's question and apostrophes around an address are none of it.
bounded as (
  select address_text, segment, nth, place, display_name,
    case
      when regexp_like(address, '^[^"@]*@[^@?]*[?]') then concat(split_part(address, '@', 1), '@', split_part(split_part(address, '@', 2), '?', 1))
      when regexp_like(address, '^''[^'']*''$') then replace(address, '''', '')
      else address
    end as address
  from candidates
),
listed as (
  select address_text, segment, nth, place, regexp_replace(trim(regexp_replace(address, config('joiners'), '')), '[.]$', '') as address, display_name
  from bounded
  union all
  select address_text, 0 as segment, 0 as nth, 0 as place, regexp_replace(trim(regexp_replace(address, config('joiners'), '')), '[.]$', '') as address, display_name
  from simple
),
cleaned as (
  select
    address_text,
    segment,
    nth,
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
  row_number() over (partition by address_text order by segment, nth, place) as place,
  address,
  nullif(name_text, '') as name_text
from cleaned
