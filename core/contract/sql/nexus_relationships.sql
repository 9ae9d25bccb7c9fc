select relationship_type, count(*) as in_force
from nexus_relationships
where is_active
group by relationship_type
