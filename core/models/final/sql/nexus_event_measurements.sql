-- The measurements of each event, a column a name. A name that begins with is_ is a truth value. There
-- is an arm for each source, which looks only for the names that its rows can have.
each sources as s (
  select
    event_id, min(occurred_at) as occurred_at, min(source) as source,
    each s.columns as c (
      each c.values as v (max(case when measurement_name = c.name then value end) as c.column),
      each c.flags as v (coalesce(bool_or(case when measurement_name = c.name then value <> 0 end), false) as c.column),
      each c.no_values as v (cast(null as decimal) as c.column),
      each c.no_flags as v (false as c.column)
    ),
    run_started_at() as _processed_at
  from model.nexus_event_measurements_unioned
  where all s.one as o (source = s.name)
  group by event_id
)
