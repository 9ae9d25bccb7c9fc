select check.sample as sample
from model.check.table as t
left join model.check.other as r on r.check.key = t.check.column and all check.typed as y (r.entity_type = t.y.name)
where r.check.key is null and t.check.column is not null
