-- An identifier as a person would type it, an entity's id, or one it once had.
with found as (
  select entity_id, entity_type, 'identifier' as found_by
  from model.nexus_resolved_identifiers
  where normalized_value = trim(needle())
    or (identifier_type = 'email' and normalized_value = normalize_email(needle()))
    or (identifier_type = 'phone' and normalized_value = normalize_phone(needle()))
    or (identifier_type = 'domain' and normalized_value = normalize_domain(needle()) and not contains(needle(), '@'))
  union all
  select entity_id, entity_type, 'entity id' as found_by
  from model.nexus_entities
  where entity_id = needle()
  union all
  select current_entity_id as entity_id, entity_type, 'former entity id' as found_by
  from model.nexus_entity_aliases
  where entity_id = needle() and current_entity_id is not null
),
matched as (
  select entity_id, entity_type, min(found_by) as found_by
  from found
  group by entity_id, entity_type
)
select o.entity_id, o.entity_type, o.found_by, count(r.normalized_value) as identifiers
from matched as o
left join model.nexus_resolved_identifiers as r on r.entity_id = o.entity_id
group by o.entity_id, o.entity_type, o.found_by
