-- The rows of one kind of all sources; no row if no source has any.
each sources as s (select each columns as c (c.name) from model.s.relation)
union all
each no_source as s (select each columns as c (cast(null as c.type) as c.name) where false)
