-- Every encoded word of RFC 2047 that stands in a name or subject, and its text: UTF-8, US-ASCII, ISO-8859-1 and -15, Windows-1252 and
-- -1251. A word in another charset, or broken, stays as it is.
with words as (
  select value as word from normalized.address_tokens where token = 'word'
  union all
  select w.value as word
  from normalized.mails as m
  cross join unnest(regexp_matches(m.subject, '=[?][^? ]{1,60}[?][BbQq][?][^?]{0,200}[^?]{0,200}[?]=')) as w(value)
  where contains(m.subject, '=?')
),
parts as (
  select
    word,
    regexp_replace(lower(split_part(word, '?', 2)), '[*].*$', '') as charset,
    upper(split_part(word, '?', 3)) as encoding,
    split_part(word, '?', 4) as payload
  from (select distinct word from words) as w
),
-- A Q word is runs of =XX between text that stands for itself; a B word is one run.
runs as (
  select p.word, p.charset, r.ordinality as place,
    case when starts_with(r.value, '=') then lower(replace(r.value, '=', '')) end as digits,
    replace(r.value, '_', ' ') as plain
  from parts as p
  cross join unnest(regexp_matches(p.payload, '(=[0-9A-Fa-f][0-9A-Fa-f]){1,130}|[^=]+')) as r(value, ordinality)
  where p.encoding = 'Q'
  union all
  select word, charset, 0 as place, base64_hex(payload) as digits, cast(null as text) as plain
  from parts
  where encoding = 'B'
),
-- Bytes of one-byte charsets, each as the UTF-8 of its character.
bytes as (
  select r.word, r.place, b.ordinality as byte_place,
    case
      when b.value < '80' then b.value
      when r.charset = 'windows-1251' and b.value >= 'c0' then concat(
        case when b.value < 'f0' then 'd0' else 'd1' end,
        case substring(b.value, 1, 1) when 'c' then '9' when 'd' then 'a' when 'e' then 'b' else '8' end,
        substring(b.value, 2, 1))
      when r.charset = 'windows-1251' then case b.value when 'a8' then 'd081' when 'b8' then 'd191' when 'a0' then 'c2a0' when '96' then 'e28093' when '97' then 'e28094' when 'ab' then 'c2ab' when 'bb' then 'c2bb' when 'b9' then 'e28496' else '3f' end
      when b.value >= 'c0' then concat('c3', case substring(b.value, 1, 1) when 'c' then '8' when 'd' then '9' when 'e' then 'a' else 'b' end, substring(b.value, 2, 1))
      when b.value >= 'a0' then case when r.charset = 'iso-8859-15' and b.value = 'a4' then 'e282ac' else concat('c2', b.value) end
      else case b.value
        when '80' then 'e282ac' when '82' then 'e2809a' when '84' then 'e2809e' when '85' then 'e280a6' when '8a' then 'c5a0' when '8c' then 'c592'
        when '8e' then 'c5bd' when '91' then 'e28098' when '92' then 'e28099' when '93' then 'e2809c' when '94' then 'e2809d' when '95' then 'e280a2'
        when '96' then 'e28093' when '97' then 'e28094' when '99' then 'e284a2' when '9a' then 'c5a1' when '9c' then 'c593' when '9e' then 'c5be'
        when '9f' then 'c5b8' else '3f'
      end
    end as digits
  from runs as r
  cross join unnest(regexp_matches(r.digits, '[0-9a-f][0-9a-f]')) as b(value, ordinality)
  where r.charset in ('iso-8859-1', 'latin1', 'iso-8859-15', 'windows-1252', 'cp1252', 'windows-1251', 'cp1251')
),
recoded as (
  select word, place, string_agg(digits, '' order by byte_place) as digits
  from bytes
  group by word, place
),
decoded as (
  select
    r.word,
    string_agg(coalesce(hex_text(coalesce(c.digits, case when r.charset in ('utf-8', 'utf8', 'us-ascii', 'ascii') then r.digits end)), r.plain), '' order by r.place) as text,
    bool_or(r.digits is not null and coalesce(c.digits, case when r.charset in ('utf-8', 'utf8', 'us-ascii', 'ascii') then hex_text(r.digits) end) is null) as is_broken
  from (
    select word, charset, place, digits, case when digits is null then plain end as plain from runs
  ) as r
  left join recoded as c on c.word = r.word and c.place = r.place
  group by r.word
)
select word, text
from decoded
where not is_broken and text is not null
