select trait_name, trait_value, source, occurred_at
from model.nexus_resolved_entity_traits
where entity_id = needle()
