select entity_id, count(*) as identifiers
from nexus_resolved_identifiers
group by entity_id
having count(*) > 1
order by identifiers desc
