-- Few values are seen in many rows: each is normalized and checked once.
with spelled as (
  select distinct identifier_type, identifier_value from arms
),
checked as (
  select
    identifier_type, identifier_value, normalized_value,
    identifier_fault(identifier_type, identifier_value, normalized_value) as fault
  from normalized
),
named as (
  select
    a.event_id, a.entity_type, a.identifier_type, a.identifier_value, j.normalized_value,
    canonical_name(a.trait_name) as trait_name, a.trait_name as spelling,
    a.trait_value, a.source, a.occurred_at, a._ingested_at, j.fault
  from arms as a
  left join checked as j on j.identifier_type = a.identifier_type and j.identifier_value = a.identifier_value
)
select
  nexus_id('ent_tr', event_id, entity_type, identifier_type, normalized_value, trait_name) as entity_trait_id,
  event_id, entity_type, identifier_type, identifier_value, normalized_value, trait_name, trait_value, source, occurred_at,
  _ingested_at, spelling,
  case
    when trait_value is null then 'no_value'
    when trim(trait_value) = '' then 'blank_value'
    when event_id is null then 'missing_event_id'
    when occurred_at is null then 'missing_occurred_at'
    when entity_type is null or identifier_type is null then 'missing_type'
    when trait_name is null then 'missing_name'
    when identifier_value is null then 'null'
    else fault
  end as fault
from named
