-- Totals that differ from the sums of what they add up, both ways; amounts of several units have no total. Where the project
-- reports in a currency, only the totals of amounts that are all given in it can be compared: rates are not published.
with moved as (
  select p.entity_id, m.value, m.value_unit
  from (
    select distinct event_id, entity_id
    from model.nexus_entity_participants
    where role in (each roles as r (r.value))
  ) as p
  join model.nexus_event_measurements_unioned as m on m.event_id = p.event_id
  each flagged as f (
    join (
      select distinct event_id
      from model.nexus_event_dimensions_unioned
      where dimension_name = f.value and dimension_value = 'true'
    ) as v on v.event_id = p.event_id
  )
  where m.measurement_name = total.measurement and m.source in (each sources as s (s.value))
),
sums as (
  select
    entity_id,
    case when min(value_unit) = max(value_unit) and count(value_unit) = count(*) then sum(value) end as value,
    each own_units as u (true as is_compared),
    each reporting as r (min(value_unit) = r.value and max(value_unit) = r.value and count(value_unit) = count(*) as is_compared)
  from moved
  group by entity_id
),
traits as (
  select entity_id, cast(trait_value as decimal) as value, source = total.plugin as is_computed
  from model.nexus_resolved_entity_traits
  where trait_name = total.trait
)
select coalesce(t.entity_id, s.entity_id) as sample
from sums as s
full join traits as t on t.entity_id = s.entity_id
where coalesce(t.is_computed, true) and coalesce(s.is_compared, true) and t.value is distinct from s.value
