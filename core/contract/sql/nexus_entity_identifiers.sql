select identifier_type, count(distinct normalized_value) as identifiers, count(*) as seen
from nexus_entity_identifiers
group by identifier_type
