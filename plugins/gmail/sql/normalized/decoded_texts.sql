-- Every name and subject with encoded words (RFC 2047), and what they say: UTF-8, US-ASCII, ISO-8859-1 and -15, Windows-1252 and -1251.
-- Adjacent words of one charset are joined as bytes, for some writers cut a character in two. A word in another charset, or with bytes that
-- its charset does not know, stays as it is, and so do the words next to it.
with texts as (
  select distinct u.text
  from (
    select name_text as text from normalized.read_addresses where contains(name_text, '=?')
    union all
    select subject as text from normalized.mails where contains(subject, '=?')
  ) as u
),
pieces as (
  select t.text, p.ordinality as place, p.value as piece, starts_with(p.value, '=?') as is_word
  from texts as t
  cross join unnest(regexp_matches(
    regexp_replace(t.text, '[?]= +=[?]', '?==?'), '=([?][^? ]{1,60}[?][BbQq][?][^?]{0,200}[^?]{0,200}[?]=)?|[^=]+')) as p(value, ordinality)
),
words as (
  select
    word,
    regexp_replace(lower(split_part(word, '?', 2)), '[*].*$', '') as charset,
    upper(split_part(word, '?', 3)) as encoding,
    case when upper(split_part(word, '?', 3)) = 'B' then regexp_replace(split_part(word, '?', 4), '[= ]+', '') else split_part(word, '?', 4) end as payload
  from (select distinct piece as word from pieces where is_word) as w
),
known as (
  select word, charset, encoding,
    case when encoding = 'B' then base64_hex(concat(payload, case mod(length(payload), 4) when 2 then '==' when 3 then '=' end)) else payload end as payload
  from words
  where charset in ('utf-8', 'utf8', 'us-ascii', 'ascii', 'iso-8859-1', 'latin1', 'iso-8859-15', 'windows-1252', 'cp1252', 'windows-1251', 'cp1251')
),
-- A Q word is bytes, =XX each, between text that stands for itself; a B word is bytes.
runs as (
  select k.word, k.charset, r.ordinality as run,
    case when length(r.value) = 3 and starts_with(r.value, '=') then lower(substring(r.value, 2, 2)) end as digits,
    replace(r.value, '_', ' ') as plain
  from known as k
  cross join unnest(regexp_matches(k.payload, '=([0-9A-Fa-f][0-9A-Fa-f])?|[^=]+')) as r(value, ordinality)
  where k.encoding = 'Q'
  union all
  select word, charset, 0 as run, payload as digits, cast(null as text) as plain
  from known
  where encoding = 'B' and payload <> ''
),
-- Bytes of one-byte charsets, each as the UTF-8 of its character.
bytes as (
  select r.word, r.run, b.ordinality as byte_place,
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
  select word, run, string_agg(digits, '' order by byte_place) as digits
  from bytes
  group by word, run
),
-- The pieces in turn; those that are read as words, one after the other, are one group.
grouped as (
  select g.text, g.place, g.piece, g.is_known, g.is_next_to_word,
    sum(case when g.is_known and g.was_known then 0 else 1 end) over (partition by g.text order by g.place) as nth
  from (
    select p.text, p.place, p.piece, k.word is not null as is_known,
      coalesce(lag(k.word) over (partition by p.text order by p.place), '') <> '' as was_known,
      p.is_word and coalesce(lag(p.is_word) over (partition by p.text order by p.place), false) as is_next_to_word
    from pieces as p
    left join (select word from known where payload is not null) as k on k.word = p.piece
  ) as g
),
strung as (
  select
    g.text, g.nth, g.place, r.run, r.charset, r.plain,
    coalesce(c.digits, r.digits) as digits,
    -- Bytes of one charset that follow each other belong together.
    case when r.digits is not null
        and lag(r.digits) over (partition by g.text, g.nth order by g.place, r.run) is not null
        and lag(r.charset) over (partition by g.text, g.nth order by g.place, r.run) = r.charset
      then 0 else 1 end as begins
  from grouped as g
  join runs as r on r.word = g.piece
  left join recoded as c on c.word = r.word and c.run = r.run
  where g.is_known
),
counted as (
  select text, nth, place, run, plain, digits, sum(begins) over (partition by text, nth order by place, run) as stretch
  from strung
),
stretches as (
  select text, nth, stretch,
    bool_or(digits is not null) as is_bytes,
    string_agg(digits, '' order by place, run) as digits,
    min(case when digits is null then plain end) as plain
  from counted
  group by text, nth, stretch
),
read as (
  select
    text,
    nth,
    bool_or(is_bytes and hex_text(digits) is null) as is_broken,
    string_agg(case when is_bytes then hex_text(digits) else plain end, '' order by stretch) as decoded
  from stretches
  group by text, nth
),
written as (
  select text, nth,
    bool_or(is_known) as is_known,
    string_agg(concat(case when is_next_to_word then ' ' end, piece), '' order by place) as written
  from grouped
  group by text, nth
)
select
  w.text,
  string_agg(case
    when not w.is_known or r.is_broken then w.written
    else coalesce(r.decoded, '')
  end, '' order by w.nth) as decoded_text
from written as w
left join read as r on r.text = w.text and r.nth = w.nth
group by w.text
