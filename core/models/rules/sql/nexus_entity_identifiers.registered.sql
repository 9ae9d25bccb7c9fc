-- A registered entity has only identifiers of type `<type>_id`.
select entity_identifier_id as sample
from model.nexus_entity_identifiers
where is_registered(entity_type) and identifier_type <> entity_type || '_id'
