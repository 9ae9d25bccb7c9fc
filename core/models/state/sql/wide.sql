-- The states of each entity over time, a column a state. There is an arm for each entity type whose states are
-- known, which goes through those only, and one for the other types. A row of `moves` is an instant
-- with the step of each state's value number; `named` gives it its id; `running` sums the
-- steps up, so that it has the number in force; `valued` looks the numbers up, and for
-- deltas the numbers before the step. A number of 0 finds no value: NULL. Each level of
-- derived states reads the columns of those before it.
with each types as t (
  t.moves as (
    select
      entity_id, entity_type, occurred_at as valid_from,
      each t.states as s (sum(case when state_name = s.name then step else 0 end) as s.step)
    from model.nxw_state_points
    where all t.one as o (entity_type = o.type) and all t.others as o (entity_type <> o.type)
    group by entity_id, entity_type, occurred_at
  ),
  t.named as (
    select nexus_id('es', entity_id, valid_from) as entity_state_id, entity_id, entity_type, valid_from, each t.states as s (s.step)
    from t.moves
  ),
  t.running as (
    select
      entity_state_id, entity_id, entity_type, valid_from,
      lead(valid_from) over (partition by entity_id order by valid_from) as valid_to,
      lag(entity_state_id) over (partition by entity_id order by valid_from) as previous_entity_state_id,
      each t.states as s (
        each s.measurement as m (s.step),
        sum(s.step) over (partition by entity_id order by valid_from) as s.code
      )
    from t.named
  )
),
valued as (
  each types as t (
    select
      r.entity_state_id, r.entity_id, r.entity_type, r.valid_from, r.valid_to, r.previous_entity_state_id,
      each t.cells as s (
        each s.had as h (
          each s.dimension as d (s.now.value as s.column),
          each s.united as u (nullif(s.now.unit, '') as s.unit),
          each s.measurement as m (
            s.now.numeric_value as s.column,
            coalesce(s.now.numeric_value, 0) - coalesce(s.before.numeric_value, 0) as s.delta
          )
        ),
        each s.never as h (
          each s.dimension as d (cast(null as text) as s.column),
          each s.united as u (cast(null as text) as s.unit),
          each s.measurement as m (cast(null as decimal) as s.column, cast(0 as decimal) as s.delta)
        )
      )
    from t.running as r
    each t.states as s (
      left join model.nxw_state_values as s.now on s.now.code = r.s.code and s.now.state_name = s.name
      each s.measurement as m (
        left join model.nxw_state_values as s.before on s.before.code = r.s.code - r.s.step and s.before.state_name = s.name
      )
    )
  )
),
each levels as l (
  l.name as (
    select
      entity_state_id, entity_id, entity_type, valid_from, valid_to, previous_entity_state_id,
      each l.known as k (k.column),
      each l.derived as d (
        each d.any_type as t (cast(d.expression as d.type) as d.column),
        each d.one_type as t (case when entity_type = d.entity_type then cast(d.expression as d.type) end as d.column),
        each d.united as u (d.unit_of as d.unit)
      )
    from l.before
  )
)
select
  entity_state_id, entity_id, entity_type,
  each states as s (s.column, each s.measurement as m (s.delta)),
  each derived as d (
    d.column,
    each d.measurement as m (
      coalesce(d.column, 0) - coalesce(lag(d.column) over (partition by entity_id order by valid_from), 0) as d.delta
    ),
    each d.united as u (d.unit)
  ),
  valid_from, valid_to, valid_to is null as is_current, previous_entity_state_id, run_started_at() as _processed_at
from last.level
