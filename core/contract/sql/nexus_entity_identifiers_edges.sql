select guard, count(*) as links
from nexus_entity_identifiers_edges
where not is_kept
group by guard
