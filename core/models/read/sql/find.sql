-- An identifier as a person would type it or as a source has it, an entity's id, or one it once had.
with spelled as (
  select distinct entity_type, identifier_type, normalized_value
  from model.nexus_entity_identifiers
  where identifier_value = needle() or (identifier_type = 'phone' and normalize_phone(identifier_value) = normalize_phone(needle()))
),
found as (
  select entity_id, entity_type, 'identifier' as found_by
  from model.nexus_resolved_identifiers
  where normalized_value = trim(needle())
    or (identifier_type = 'email' and normalized_value in (normalize_email(needle()), mailbox()))
    or (identifier_type = 'phone' and normalized_value = normalize_phone(needle()))
    or (identifier_type = 'domain' and normalized_value = normalize_domain(needle()) and not contains(needle(), '@'))
  union all
  select r.entity_id, r.entity_type, 'identifier' as found_by
  from spelled as s
  join model.nexus_resolved_identifiers as r
    on r.entity_type = s.entity_type and r.identifier_type = s.identifier_type and r.normalized_value = s.normalized_value
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
