-- How many units the values have that are in force together at each instant of a combined state with several
-- keys, and which one if it is one. A value of 0 is the same in every unit and mixes with none; a value
-- without a unit has one that is not known. A key moves from the unit of its earlier value to that of its new one.
with moved as (
  select
    entity_id, state_name, occurred_at, unit,
    lag(unit) over (partition by entity_id, state_name, state_key order by occurred_at) as earlier
  from (
    select
      entity_id, state_name, state_key, occurred_at, case when numeric_value <> 0 then coalesce(value_unit, '') end as unit
    from model.nxw_state_keys
    where has_unit(state_name)
  ) as unit_keys
),
steps as (
  select entity_id, state_name, occurred_at, unit, 1 as step
  from moved
  where unit is not null and unit is distinct from earlier
  union all
  select entity_id, state_name, occurred_at, earlier, -1
  from moved
  where earlier is not null and unit is distinct from earlier
),
counted as (
  select entity_id, state_name, occurred_at, unit, sum(step) as step
  from steps
  group by entity_id, state_name, occurred_at, unit
),
names as (
  select unit, 16 * row_number() over (partition by digit order by unit) + case each digits as d (when digit = d.text then d.number) end as unit_no
  from (
    select unit, substring(md5(unit), 1, 1) as digit
    from counted
    group by unit
  ) as distinct_units
),
running as (
  select
    c.entity_id, c.state_name, c.occurred_at, n.unit_no, c.step,
    sum(c.step) over (partition by c.entity_id, c.state_name, c.unit order by c.occurred_at) as in_force
  from counted as c
  join names as n on n.unit = c.unit
),
shifts as (
  select
    entity_id, state_name, occurred_at, unit_no,
    case when in_force > 0 then 1 else 0 end - case when in_force - step > 0 then 1 else 0 end as shift
  from running
  union all
  select entity_id, state_name, occurred_at, 0, 0
  from moved
),
moments as (
  select entity_id, state_name, occurred_at, sum(shift) as shift, sum(shift * unit_no) as unit_shift
  from shifts
  group by entity_id, state_name, occurred_at
),
totals as (
  select
    entity_id, state_name, occurred_at,
    sum(shift) over (partition by entity_id, state_name order by occurred_at) as n_units,
    sum(unit_shift) over (partition by entity_id, state_name order by occurred_at) as unit_no
  from moments
)
select t.entity_id, t.state_name, t.occurred_at, t.n_units, nullif(n.unit, '') as value_unit
from totals as t
left join names as n on n.unit_no = t.unit_no and t.n_units = 1
