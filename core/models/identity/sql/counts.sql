-- How many events each identifier was seen in.
with seen as (
  select distinct node, event
  from model.nxw_id_rows
)
select node, count(*) as n_events
from seen
group by node
