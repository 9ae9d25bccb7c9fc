-- Append-only: the last build's log and what this one changed. Logged times rise from run to run whatever the
-- clock does, so that the latest row of an identifier up to a run's time is its entity then.
with clock as (
  select greatest(run_started_at(), date_add('microsecond', 1, max(logged_at))) as logged_at
  from prev.nexus_resolution_log
),
changes as (
  select
    n.entity_type, n.identifier_type, n.normalized_value, e.entity_id, c.previous_entity_id,
    case
      when c.previous_entity_id is null and e.is_fresh then 'born'
      when c.previous_entity_id is null then 'accreted'
      when r.heir_entity_id = e.entity_id then 'merged'
      else 'split'
    end as reason
  from model.nxw_id_components as c
  join model.nxw_id_nodes as n on n.node = c.node
  join model.nxw_id_entities as e on e.component = c.component
  left join model.nxw_id_retired as r on r.entity_id = c.previous_entity_id
  where c.previous_entity_id is distinct from e.entity_id
  union all
  select p.entity_type, p.identifier_type, p.normalized_value, null, p.entity_id, 'removed'
  from prev.nexus_resolved_identifiers as p
  left join model.nxw_id_nodes as n
    on n.entity_type = p.entity_type and n.identifier_type = p.identifier_type and n.normalized_value = p.normalized_value
    and n.blocked_by is null
  where n.node is null
)
select run_id, logged_at, entity_type, identifier_type, normalized_value, entity_id, previous_entity_id, reason
from prev.nexus_resolution_log
union all
select run_id(), k.logged_at, c.entity_type, c.identifier_type, c.normalized_value, c.entity_id, c.previous_entity_id, c.reason
from changes as c
cross join clock as k
