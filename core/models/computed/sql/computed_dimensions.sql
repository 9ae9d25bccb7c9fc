-- The event says when it happened and whose it is; a scope says nothing of events that it does not see.
with named as (
  select event_id, canonical_name(dimension_name) as dimension_name, dimension_name as spelling, dimension_value, source
  from arms
)
select
  nexus_id('evt_dim', n.event_id, n.dimension_name) as event_dimension_id,
  n.event_id, n.dimension_name, n.dimension_value, n.source, n.spelling,
  e.source as event_source, e.occurred_at, e._ingested_at,
  case
    when n.event_id is null then 'missing_event_id'
    when n.dimension_name is null then 'missing_name'
    when e.event_id is null then 'no_event'
    each scopes as s (when n.source = s.name and not e.source in (each s.sources as x (x.value)) then 'no_event')
  end as fault
from named as n
left join model.nexus_events as e on e.event_id = n.event_id
