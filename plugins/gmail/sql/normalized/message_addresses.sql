-- One row an address of a mail in each of its roles. Is ours: the address is a connected mailbox, one that mail was sent from, or of an internal domain.
with read as (
  select
    l.message_key,
    l.role,
    p.address,
    min(p.place) as place,
    max(p.display_name) as display_name
  from normalized.address_lines as l
  join normalized.parsed_addresses as p on p.address_text = l.address_text
  group by l.message_key, l.role, p.address
),
owners as (
  select distinct normalize_email(owner_text) as address
  from normalized.message_copies
  where normalize_email(owner_text) is not null
),
own as (
  select address from owners
  union all
  select distinct r.address
  from read as r
  join normalized.mails as m on m.message_key = r.message_key
  where r.role = 'sender' and r.place = 1 and m.is_ours
),
known as (
  select
    address,
    email_domain(address) as domain,
    local_part,
    -- As pdk/mailbox compares: without separators and tag, and what comes before the first -.
    regexp_replace(split_part(local_part, '+', 1), '[._-]', '') as word,
    split_part(split_part(local_part, '+', 1), '-', 1) as head
  from (select address, split_part(address, '@', 1) as local_part from (select distinct address from read) as r) as a
),
judged as (
  select
    k.address,
    k.domain,
    coalesce(k.domain in (config('generic_domains')), true) as is_generic_domain,
    o.address is not null or coalesce(k.domain in (config('internal_domains')), false) as is_ours,
    d.domain is not null or coalesce(k.domain in (config('internal_domains')), false) as is_own_domain,
    (k.word in (config('shared_words')) or k.head in (config('shared_words'))
      or regexp_like(k.local_part, config('shared_local')) or regexp_like(k.address, config('shared_addresses'))) as is_shared,
    (k.word in (config('automatic_words')) or regexp_like(k.local_part, config('automatic_local')) or regexp_like(k.address, config('automatic_addresses'))) as is_automatic
  from known as k
  left join (select distinct address from own) as o on o.address = k.address
  left join (select distinct email_domain(address) as domain from owners) as d on d.domain = k.domain
)
select
  m.message_key,
  m.event_id,
  m.occurred_at,
  m.message_kind,
  r.role,
  r.place,
  r.address,
  r.display_name,
  j.domain,
  j.is_generic_domain,
  j.is_ours,
  j.is_own_domain,
  j.is_shared or j.is_automatic as is_role_address,
  -- Programs and addresses made for one mail are nobody; neither is a shared mailbox with a tag.
  not (j.is_automatic or (j.is_shared and contains(split_part(r.address, '@', 1), '+'))) as is_person,
  m._ingested_at
from read as r
join judged as j on j.address = r.address
join normalized.mails as m on m.message_key = r.message_key
where r.role <> 'sender' or r.place = 1
