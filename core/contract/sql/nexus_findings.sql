select table_name, reason, sum(n) as found
from nexus_findings
group by table_name, reason
