-- What one scope sees of a relation: the rows of its sources.
select each columns as c (c.name)
from model.rows
where any sources as s (source = s.value)
