with named as (
  select
    event_id, canonical_name(dimension_name) as dimension_name, dimension_name as spelling,
    dimension_value, source, occurred_at, _ingested_at
  from arms
)
select
  nexus_id('evt_dim', event_id, dimension_name) as event_dimension_id,
  event_id, dimension_name, dimension_value, source, occurred_at, _ingested_at, spelling,
  case
    when event_id is null then 'missing_event_id'
    when occurred_at is null then 'missing_occurred_at'
    when dimension_name is null then 'missing_name'
  end as fault
from named
