select concat(table_name, ' ', source, ' ', reason, ' ', detail, ' ', sample) as sample
from model.nexus_findings
where reason in ('conflicting_duplicate', 'several_units')
