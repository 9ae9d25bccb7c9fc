select relationship_id as sample
from model.nexus_relationships
where relationship_direction = 'bidirectional' and entity_b_id < entity_a_id
