-- All fragments of one kind of one source. A column has the type that the kind has it in, and
-- is NULL where a fragment leaves it out.
each fragments as f (
  select
    each f.columns as c (
      each c.same as t (c.name),
      each c.other as t (cast(c.name as c.type) as c.name),
      each c.missing as t (cast(null as c.type) as c.name)
    ),
    f.source as source
  from model.f.relation
)
