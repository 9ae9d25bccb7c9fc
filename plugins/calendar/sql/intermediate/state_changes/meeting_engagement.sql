-- How we stand with people and organizations outside: scheduled while a meeting is booked, met after one, lapsed when none followed in
-- time. Where everything booked was cancelled before any meeting, the state is left.
-- Each address has a key of its own; a person with several is where the best of them is.
with judged as (
  select
    entity_type, identifier_type, identifier_value, occurred_at, event_id, _ingested_at,
    case
      when booked_count > 0 then 'scheduled'
      when last_held_at is null then cast(null as text)
      when occurred_at < date_add('day', config('lapse_days'), last_held_at) then 'met'
      else 'lapsed'
    end as state_value
  from normalized.engagement
),
spaced as (
  select entity_type, identifier_type, identifier_value, occurred_at, event_id, _ingested_at, state_value,
    lag(state_value) over (partition by entity_type, identifier_value order by occurred_at) as previous_value
  from judged
)
select
  event_id,
  entity_type,
  identifier_type,
  identifier_value,
  'meeting_engagement' as state_name,
  'dimension' as state_category,
  concat(source_name(), '/', identifier_value) as state_key,
  state_value,
  cast(null as decimal) as state_numeric_value,
  occurred_at,
  _ingested_at
from spaced
where previous_value is distinct from state_value
