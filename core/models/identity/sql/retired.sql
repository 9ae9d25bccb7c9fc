-- The ids that the last build had and this one has not, and who has most of their identifiers now.
with moved as (
  select c.previous_entity_id as entity_id, e.entity_id as heir_entity_id, count(*) as n
  from model.nxw_id_components as c
  join model.nxw_id_entities as e on e.component = c.component
  where c.previous_entity_id is not null
  group by c.previous_entity_id, e.entity_id
),
heirs as (
  select entity_id, arg_min(heir_entity_id, 0 - n) as heir_entity_id, count(*) as n_heirs
  from moved
  group by entity_id
),
retired as (
  select distinct p.entity_id, p.entity_type
  from prev.nexus_resolved_identifiers as p
  left join model.nxw_id_entities as e on e.entity_id = p.entity_id
  where e.entity_id is null
)
select
  g.entity_id, g.entity_type, h.heir_entity_id,
  case when h.n_heirs is null then 'removed' when h.n_heirs = 1 then 'merged' else 'split' end as reason
from retired as g
left join heirs as h on h.entity_id = g.entity_id
