select reason, count(*) as ids, max(retired_at) as latest
from nexus_entity_aliases
group by reason
