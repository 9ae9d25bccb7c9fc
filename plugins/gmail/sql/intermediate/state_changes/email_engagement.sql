-- Whether people and organizations still write to us: active from a mail on, cooling and dormant where none followed in time.
-- Each address has a key of its own; a person with several is as active as the most active.
select event_id, entity_type, identifier_type, identifier_value, 'email_engagement' as state_name, 'dimension' as state_category,
  concat(source_name(), '/', identifier_value) as state_key, 'active' as state_value, cast(null as decimal) as state_numeric_value, occurred_at, _ingested_at
from normalized.touches
where previous_at is null or occurred_at >= date_add('day', config('active_days'), previous_at)
union all
select event_id, entity_type, identifier_type, identifier_value, 'email_engagement' as state_name, 'dimension' as state_category,
  concat(source_name(), '/', identifier_value) as state_key, 'cooling' as state_value, cast(null as decimal) as state_numeric_value,
  date_add('day', config('active_days'), occurred_at) as occurred_at, _ingested_at
from normalized.touches
where date_add('day', config('active_days'), occurred_at) < coalesce(next_at, timestamp '9999-12-31')
  and date_add('day', config('active_days'), occurred_at) <= as_of()
union all
select event_id, entity_type, identifier_type, identifier_value, 'email_engagement' as state_name, 'dimension' as state_category,
  concat(source_name(), '/', identifier_value) as state_key, 'dormant' as state_value, cast(null as decimal) as state_numeric_value,
  date_add('day', config('dormant_days'), occurred_at) as occurred_at, _ingested_at
from normalized.touches
where date_add('day', config('dormant_days'), occurred_at) < coalesce(next_at, timestamp '9999-12-31')
  and date_add('day', config('dormant_days'), occurred_at) <= as_of()
