-- The project sees the rows of all sources.
select each columns as c (c.name)
from model.rows
