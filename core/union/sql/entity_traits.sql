with normalized as (
  select
    event_id, entity_type, identifier_type, identifier_value,
    normalized_identifier(identifier_type, identifier_value) as normalized_value,
    canonical_name(trait_name) as trait_name, trait_name as spelling,
    trait_value, source, occurred_at, _ingested_at
  from arms
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
    else identifier_fault(identifier_type, identifier_value, normalized_value)
  end as fault
from normalized
