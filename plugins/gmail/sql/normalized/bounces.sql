-- One row a recipient whom a mail did not reach: named by the notice, else the one recipient of the mail that it returns or answers.
-- A notice that says neither is a row without an address.
with notices as (
  select message_key, occurred_at, subject, parent_key, _ingested_at
  from normalized.messages
  where message_kind = 'bounce'
),
failed as (
  select n.message_key, n.occurred_at, n.subject, n.parent_key, n._ingested_at, a.address, a.domain, a.is_generic_domain, a.is_ours, a.is_person
  from notices as n
  left join normalized.message_addresses as a on a.message_key = n.message_key and a.role = 'failed_recipient'
),
returned as (
  select message_key, min(address) as address, min(domain) as domain, bool_or(is_generic_domain) as is_generic_domain, bool_or(is_ours) as is_ours, bool_or(is_person) as is_person
  from normalized.message_addresses
  where role = 'returned_to'
  group by message_key
  having count(*) = 1
),
answers as (
  select distinct parent_key from failed where address is null and parent_key is not null
),
answered as (
  select p.message_key, p.address, p.domain, p.is_generic_domain, p.is_ours, p.is_person
  from answers as a
  join normalized.messages as m on m.message_key = a.parent_key
  join normalized.message_addresses as p on p.message_key = a.parent_key
  where m.recipient_count = 1 and p.role in ('recipient', 'cced', 'bcced')
)
select
  nexus_id('evt', 'message_bounced', f.message_key, coalesce(f.address, r.address, p.address)) as event_id,
  f.message_key,
  f.occurred_at,
  f.subject,
  coalesce(f.address, r.address, p.address) as address,
  coalesce(f.domain, r.domain, p.domain) as domain,
  coalesce(f.is_generic_domain, r.is_generic_domain, p.is_generic_domain) as is_generic_domain,
  coalesce(f.is_ours, r.is_ours, p.is_ours) as is_ours,
  coalesce(f.is_person, r.is_person, p.is_person) as is_person,
  f.parent_key as bounced_message_key,
  f._ingested_at
from failed as f
left join returned as r on r.message_key = f.message_key and f.address is null
left join answered as p on p.message_key = f.parent_key and f.address is null and r.address is null
