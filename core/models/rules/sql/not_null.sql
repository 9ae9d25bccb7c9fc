-- All columns that may not be NULL in one pass; the sample names the column.
select concat(case each check.required as c (when t.c.name is null then c.value) end, ' of ', check.sample) as sample
from model.check.table as t
where any check.required as c (t.c.name is null)
