-- The rows whose key occurs once, and of each other key the row that comes first in the
-- total order. A measurement that an event may have several times is the sum over the rows
-- of the same unit, where its name is declared so.
with duplicated as (
  select i.kind.id
  from model.kind.duplicates as i
  group by i.kind.id
)
select each columns as c (i.c.name), run_started_at() as _processed_at
from model.kind.intake as i
left join duplicated as t on t.kind.id = i.kind.id
where i.fault is null and t.kind.id is null
union all
select
  each columns as c (
    each c.picked as p (i.c.name),
    each c.summed as s (
      case
        when i.measurement_name in (each summed_names as n (n.value)) then sum(i.value) over (partition by i.kind.id, i.value_unit)
        else i.value
      end as c.name
    )
  ),
  run_started_at() as _processed_at
from model.kind.duplicates as i
qualify row_number() over (
  partition by i.kind.id order by i._ingested_at desc, i.source desc, each orderable as c (i.c.name desc)
) = 1
