-- The tokens of every address text that is more than one plain mailbox: quoted strings, comments, angle brackets,
-- encoded words, separators and the text between, after RFC 5322.
-- Escaped characters are set aside as ␀ (backslash), ␁ (quote), ␂ ␃ (parentheses), ␄ ␅ (brackets) and come back where names are cleaned. mailto: is left out.
with prepared as (
  select
    address_text,
    replace(replace(replace(replace(replace(replace(replace(replace(
      regexp_replace(plain_text, '[Mm][Aa][Ii][Ll][Tt][Oo]:', ''), '\\', '␀'), '\"', '␁'), '\(', '␂'), '\)', '␃'), '[', '␄'), ']', '␅'),
      '"=?', '=?'), '?="', '?=') as marked
  from normalized.address_texts
  where shape = 'list'
),
tokens as (
  select p.address_text, t.value, t.ordinality as place
  from prepared as p
  cross join unnest(regexp_matches(
    p.marked,
    '"[^"]*"|[(]([^()]|[(][^()]{0,200}[)])*[)]|<[^<>]*>?|␄[^␅]*␅|=([?][^? ]{1,60}[?][BbQq][?][^?]{0,200}[^?]{0,200}[?]=)?|[,;:]|[^"(<␄=,;:]+')) as t(value, ordinality)
)
select
  address_text,
  place,
  value,
  sum(case when value in (',', ';', ':') then 1 else 0 end) over (partition by address_text order by place) as segment,
  case
    when value in (',', ';', ':') then 'separator'
    when starts_with(value, '"') then 'quoted'
    when starts_with(value, '(') then 'comment'
    when starts_with(value, '<') then 'angle'
    when starts_with(value, '=?') then 'word'
    when trim(value) <> '' then 'text'
    else 'space'
  end as token
from tokens
