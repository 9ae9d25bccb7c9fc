select relationship_type, is_active, count(*) as declarations
from nexus_relationship_declarations
group by relationship_type, is_active
