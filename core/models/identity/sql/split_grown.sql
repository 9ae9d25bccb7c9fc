select node, territory
from model.nxw_sp_territories
union all
select node, territory
from model.nxw_sp_reached
