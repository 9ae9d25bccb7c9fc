select count(*) as n
from model.nxw_sp_active
