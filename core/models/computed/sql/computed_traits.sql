with named as (
  select
    entity_id, entity_type, canonical_name(trait_name) as trait_name, trait_name as spelling, trait_value, occurred_at, source
  from arms
)
select
  nexus_id('ent_tr', n.entity_id, n.trait_name, n.source, n.occurred_at, n.trait_value) as entity_trait_id,
  n.entity_id, n.entity_type, n.trait_name, n.trait_value, n.source, n.occurred_at, n.spelling,
  case
    when n.trait_value is null then 'no_value'
    when trim(n.trait_value) = '' then 'blank_value'
    when n.occurred_at is null then 'missing_occurred_at'
    when n.trait_name is null then 'missing_name'
    when k.entity_id is null then 'no_entity'
  end as fault
from named as n
left join model.nxw_known_entities as k on k.entity_id = n.entity_id and k.entity_type = n.entity_type
