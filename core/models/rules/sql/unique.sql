select check.sample as sample
from model.check.table as t
group by each check.key as k (t.k.name)
having count(*) > 1
