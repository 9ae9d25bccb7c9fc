select trait_value as country, count(*) as entities
from nexus_resolved_entity_traits
where trait_name = 'country'
group by trait_value
