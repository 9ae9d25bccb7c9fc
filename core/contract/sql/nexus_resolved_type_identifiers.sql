select <type>_id, identifier_type, normalized_value
from nexus_resolved_<type>_identifiers
order by n_events desc
