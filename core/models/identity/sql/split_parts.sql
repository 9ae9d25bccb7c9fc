-- The groups that reach over a border, and a number for each of their parts.
with borders as (
  select g.grp
  from model.nxw_sp_current as g
  join model.nxw_sp_territories as t on t.node = g.node
  group by g.grp
  having min(t.territory) < max(t.territory)
),
parts as (
  select distinct g.grp, t.territory
  from model.nxw_sp_current as g
  join borders as b on b.grp = g.grp
  join model.nxw_sp_territories as t on t.node = g.node
)
select grp, territory, row_number() over (partition by mod(grp, 256) order by grp, territory) * 256 + mod(grp, 256) as part_no
from parts
