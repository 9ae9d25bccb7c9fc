-- The mails between us and a person or organization outside, over all their addresses: how many, the first and the last. Only mails that
-- people wrote count.
with internal as (
  select distinct entity_id
  from entity.traits
  where trait_name = 'is_internal' and trait_value = 'true'
),
totals as (
  select
    d.entity_type, d.entity_id, count(distinct d.event_id) as emails_count,
    min(d.occurred_at) as first_email_at, max(d.occurred_at) as last_email_at
  from entity.dimensions as d
  left join internal as i on i.entity_id = d.entity_id
  where d.entity_type in ('person', 'group') and d.role in ('sender', 'recipient', 'cced', 'bcced') and d.event_name = 'message_sent'
    and d.dimension_name = 'message_kind' and d.dimension_value = 'human' and i.entity_id is null
  group by d.entity_type, d.entity_id
)
select entity_type, entity_id, 'emails_count' as trait_name, cast(emails_count as text) as trait_value, last_email_at as occurred_at
from totals
union all
select entity_type, entity_id, 'first_email_at', cast(first_email_at as text), first_email_at
from totals
union all
select entity_type, entity_id, 'last_email_at', cast(last_email_at as text), last_email_at
from totals
