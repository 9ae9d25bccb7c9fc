-- Records that two sources of one plugin have both read, and the amounts that they give alike: every sum has them twice.
select table_name, pair.source as source, 'two_sources' as reason, pair.detail as detail, n, sample
from shared_records
where n > 0
union all
select
  'nexus_event_measurements_unioned', pair.source, 'counted_twice', concat(a.measurement_name, ' ', a.value_unit, ', ', pair.detail),
  cast(sum(least(a.n_own, a.n_other)) as bigint), min(a.sample)
from (
  select
    measurement_name, value_unit, count(case when source = pair.source then event_id end) as n_own,
    count(case when source = pair.other then event_id end) as n_other, min(case when source = pair.source then event_id end) as sample
  from model.nexus_event_measurements_unioned
  where source in (pair.source, pair.other)
  group by measurement_name, value_unit, value, occurred_at
) as a
cross join (select sum(n) as n from shared_records) as shared
where a.n_own > 0 and a.n_other > 0 and shared.n > 0
group by a.measurement_name, a.value_unit
