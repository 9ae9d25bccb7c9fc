-- A computed dimension replaces one of the same name that the event's source gave.
with computed as (
  select event_dimension_id, event_id, dimension_name, dimension_value, event_source as source, occurred_at, _ingested_at
  from model.nxw_computed_dimensions_in
  where fault is null
  qualify row_number() over (partition by event_dimension_id order by nxw_computed_dimensions_in.source desc, dimension_value desc) = 1
)
select each columns as c (g.c.name), g._processed_at
from model.dimensions as g
left join computed as r on r.event_dimension_id = g.event_dimension_id
where r.event_dimension_id is null
union all
select each columns as c (c.name), run_started_at() as _processed_at
from computed
