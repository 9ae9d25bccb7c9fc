select rule_no() as rule_no, node
from model.nxw_id_nodes
where entity_type = wanted_entity_type() and identifier_type = wanted_identifier_type() and blocked_by is null
