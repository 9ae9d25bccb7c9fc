-- A registered entity is known by `<type>_id` alone.
select entity_identifier_id as sample
from model.nexus_entity_identifiers
where is_registered(entity_type) and identifier_type <> entity_type || '_id'
