with named as (
  select
    event_id, canonical_name(measurement_name) as measurement_name, measurement_name as spelling,
    value, value_unit, source, occurred_at, _ingested_at
  from arms
)
select
  nexus_id('evt_msr', event_id, measurement_name) as event_measurement_id,
  event_id, measurement_name, value, value_unit, source, occurred_at, _ingested_at, spelling,
  case
    when value is null then 'no_value'
    when event_id is null then 'missing_event_id'
    when occurred_at is null then 'missing_occurred_at'
    when measurement_name is null then 'missing_name'
    when nullif(trim(value_unit), '') is null then 'amount_without_unit'
  end as fault
from named
