-- Whether people and organizations outside still write to us, over all their addresses: active from a mail on, cooling and dormant
-- where none followed in time. The last silence is measured against the run's as-of instant.
with internal as (
  select distinct entity_id
  from entity.traits
  where trait_name = 'is_internal' and trait_value = 'true'
),
mails as (
  select
    d.entity_type, d.entity_id, d.event_id, d.occurred_at,
    lag(d.occurred_at) over (partition by d.entity_id order by d.occurred_at, d.event_id) as previous_at,
    lead(d.occurred_at) over (partition by d.entity_id order by d.occurred_at, d.event_id) as next_at
  from entity.dimensions as d
  left join internal as i on i.entity_id = d.entity_id
  where d.entity_type in ('person', 'group') and d.role = 'sender' and d.event_name = 'message_sent'
    and d.dimension_name = 'message_kind' and d.dimension_value = 'human' and i.entity_id is null
),
silences as (
  select entity_type, entity_id, event_id, next_at, 'cooling' as stage, date_add('day', config('active_days'), occurred_at) as occurred_at
  from mails
  union all
  select entity_type, entity_id, event_id, next_at, 'dormant', date_add('day', config('dormant_days'), occurred_at)
  from mails
),
changes as (
  select entity_type, entity_id, event_id, 'active' as stage, occurred_at
  from mails
  where previous_at is null or occurred_at >= date_add('day', config('active_days'), previous_at)
  union all
  select entity_type, entity_id, event_id, stage, occurred_at
  from silences
  where occurred_at <= as_of() and coalesce(occurred_at < next_at, true)
)
select entity_type, entity_id, event_id, 'email_engagement' as state_name, 'dimension' as state_category, stage as state_value, occurred_at
from changes
