with active as (
  select distinct node
  from model.nxw_sp_active
)
select a.node, coalesce(r.p, a.node) as component
from active as a
left join model.nxw_sc_root as r on r.v = a.node
