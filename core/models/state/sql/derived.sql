-- Derived states: their value at each row of the wide history. The last of the changes
-- at an instant is what triggered them.
with derived as (
  each derived as d (
    select
      entity_id, entity_type, d.name as state_name, valid_from,
      each d.dimension as t (d.column as value, cast(null as decimal) as numeric_value),
      each d.measurement as t (cast(d.column as text) as value, d.column as numeric_value),
      each d.united as u (case when not d.column is null then d.unit end as value_unit),
      each d.unitless as u (cast(null as text) as value_unit)
    from model.wide
  )
),
stepped as (
  select
    entity_id, entity_type, state_name, valid_from, value, numeric_value, value_unit,
    lag(value) over (partition by entity_id, state_name order by valid_from) as earlier,
    lag(value_unit) over (partition by entity_id, state_name order by valid_from) as earlier_unit
  from derived
),
spans as (
  select
    entity_id, entity_type, state_name, valid_from as state_entered_at, value, numeric_value, value_unit,
    lead(valid_from) over (partition by entity_id, state_name order by valid_from) as state_exited_at
  from stepped
  where value is distinct from earlier or value_unit is distinct from earlier_unit
),
triggers as (
  select entity_id, occurred_at, event_id, source
  from model.nxw_state_points
  qualify row_number() over (
    partition by entity_id, occurred_at order by _ingested_at desc, source desc, event_id desc, state_name desc
  ) = 1
)
select
  nexus_id('st', s.entity_id, s.state_name, s.state_entered_at) as state_id,
  s.entity_id, s.entity_type, s.state_name, category(s.state_name) as state_category,
  s.value as state_value, s.numeric_value as state_numeric_value, s.value_unit, cast(null as date) as rate_date,
  s.state_entered_at, s.state_exited_at, s.state_exited_at is null as is_current,
  t.event_id as trigger_event_id, t.source, run_started_at() as _processed_at
from spans as s
join triggers as t on t.entity_id = s.entity_id and t.occurred_at = s.state_entered_at
where s.value is not null
