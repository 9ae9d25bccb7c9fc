with trimmed as (
  select
    entity_type, nullif(trim(source_id), '') as source_id, created_at, updated_at, source, _ingested_at,
    each attributes as a (a.name)
  from arms
)
select
  registered_id(entity_type, source, source_id) as entity_id,
  entity_type, source_id, created_at, updated_at, source, _ingested_at,
  each attributes as a (a.name),
  case
    when source_id is null then 'missing_source_id'
    when entity_type is null then 'missing_type'
    when not entity_type in (each registered as t (t.name)) then 'type_not_registered'
  end as fault
from trimmed
