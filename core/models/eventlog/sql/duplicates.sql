-- The good rows whose key occurs more than once: only they are sorted.
with duplicated as (
  select i.kind.id
  from model.kind.intake as i
  where i.fault is null
  group by i.kind.id
  having count(*) > 1
)
select
  each columns as c (i.c.name),
  each kind.measured as m (i.measurement_name in (each summed_names as n (n.value)) as is_summed)
from model.kind.intake as i
join duplicated as t on t.kind.id = i.kind.id
where i.fault is null
