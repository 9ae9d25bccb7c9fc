select check.sample as sample
from model.check.table as t
where not regexp_like(t.check.column, check.pattern)
