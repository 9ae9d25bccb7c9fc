-- How models learn the entity of an identifier; the columns are parameters (entity.go).
select
  -- The id of a registered entity, or else what resolution found.
  case
    each registered as t (
      when entity_type = t.name and identifier_type = t.identifier then nexus_id(t.prefix, entity_type, source, normalized_value)
    )
    else resolved_id
  end as entity_of,
  -- Whether that is something, found out without making the id.
  resolved_id is not null or any registered as t (entity_type = t.name and identifier_type = t.identifier) as has_entity,
  -- The id of a registered entity, NULL for other types.
  case
    each registered as t (when entity_type = t.name then nexus_id(t.prefix, entity_type, source, source_id))
    else cast(null as text)
  end as registered_id
from parameters
