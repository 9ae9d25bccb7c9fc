select run_id, reason, count(*) as identifiers
from nexus_resolution_log
group by run_id, reason
order by run_id
