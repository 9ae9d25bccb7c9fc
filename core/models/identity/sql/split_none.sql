select grp, origin, node, seen_at
from model.groups_in
where false
