select origin, node as a, node as b, origin as rule_no
from model.groups_in
where false
