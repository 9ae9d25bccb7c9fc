-- Edges by type, where they have two rows of it or more. A pair has two rows of one event that all rows agree about: what it
-- links and when is all in one row of this table.
select
  edge_id, type_no, min(node) as a, max(node) as b, coalesce(min(blocked_by), 0) as rule_no, min(event) as event,
  case when count(*) = 2 and (min(event) = max(event) and min(event) > 0) then 1 else 0 end as is_pair
from model.nxw_id_rows
where edge_id is not null
group by edge_id, type_no
having count(*) > 1
