-- What the computed fragments of one kind give.
each fragments as f (
  select each f.columns as c (c.name), f.source as source
  from model.f.relation
)
