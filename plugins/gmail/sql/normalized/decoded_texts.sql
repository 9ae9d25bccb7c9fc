-- Every name and subject with encoded words (RFC 2047), and what they say: in UTF-8 and the charsets of one byte a character.
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
  select w.word, n.charset, w.encoding,
    case when w.encoding = 'B' then base64_hex(concat(w.payload, case mod(length(w.payload), 4) when 2 then '==' when 3 then '=' end)) else w.payload end as payload
  from words as w
  join normalized.charset_names as n on n.name = w.charset
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
-- Bytes of other charsets than UTF-8, as text.
recoded as (
  select r.word, r.run, string_agg(coalesce(c.character, hex_text(b.value)), '' order by b.ordinality) as plain
  from runs as r
  cross join unnest(regexp_matches(r.digits, '[0-9a-f][0-9a-f]')) as b(value, ordinality)
  left join normalized.charset_characters as c on c.charset = r.charset and c.byte = b.value
  where r.charset <> 'utf-8'
  group by r.word, r.run
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
    g.text, g.nth, g.place, r.run,
    coalesce(c.plain, r.plain) as plain,
    case when r.charset = 'utf-8' then r.digits end as digits,
    -- Bytes of UTF-8 that follow each other belong together.
    case when r.charset = 'utf-8' and r.digits is not null
        and lag(case when r.charset = 'utf-8' then r.digits end) over (partition by g.text, g.nth order by g.place, r.run) is not null
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
