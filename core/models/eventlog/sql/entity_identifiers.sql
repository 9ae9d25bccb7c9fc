-- Few values are seen in many rows: each is normalized and checked once.
with spelled as (
  select distinct identifier_type, identifier_value from arms
),
checked as (
  select
    identifier_type, identifier_value, normalized_value,
    identifier_fault(identifier_type, identifier_value, normalized_value) as fault
  from normalized
)
select
  nexus_id('ent_idfr', a.event_id, a.edge_id, a.entity_type, a.identifier_type, j.normalized_value, a.role) as entity_identifier_id,
  a.event_id, a.edge_id, a.entity_type, a.identifier_type, a.identifier_value, j.normalized_value, a.role, a.source, a.occurred_at, a._ingested_at,
  case
    when a.event_id is null then 'missing_event_id'
    when a.occurred_at is null then 'missing_occurred_at'
    when a.entity_type is null or a.identifier_type is null then 'missing_type'
    when a.identifier_value is null then 'null'
    else j.fault
  end as fault
from arms as a
left join checked as j on j.identifier_type = a.identifier_type and j.identifier_value = a.identifier_value
