select trait_name, source, count(distinct trait_value) as distinct_values
from nexus_entity_traits
group by trait_name, source
