-- The mailboxes that each distinct address text names, in order: name and address, or nothing where there is none.
with named as (
  select
    r.address_text,
    r.place,
    r.address,
    regexp_replace(regexp_replace(trim(regexp_replace(regexp_replace(
      coalesce(d.decoded_text, r.name_text), config('invisible'), ''), config('blanks'), ' ')), '^''+', ''), '''+$', '') as display_name
  from normalized.read_addresses as r
  left join normalized.decoded_texts as d on d.text = r.name_text
)
select
  address_text,
  place,
  address,
  -- A name that repeats an address, shows nothing, or is written in a charset that is not read, names nobody.
  case
    when regexp_like(display_name, '=[?][^? ]+[?][BbQq][?][^?]*[?]=') then cast(null as text)
    when contains(display_name, '@') and not contains(display_name, ' ') then cast(null as text)
    when trim(regexp_replace(display_name, config('joiners'), '')) <> '' then display_name
  end as display_name
from named
