select check.sample as sample
from model.check.table as t
where not t.check.column in (each check.values as v (v.value))
